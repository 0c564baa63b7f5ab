namespace Aigc.Application.Batches;

/// <summary>Where a batch stands, by OpenAI's names.</summary>
internal sealed record BatchStatus(string Name, bool Ended = false)
{
    public static BatchStatus Cancelling { get; } = new("cancelling");

    public static BatchStatus Of(BatchRun run) => run switch
    {
        { CurrentState: nameof(BatchStateMachine.Succeeded) } => new("completed", true),
        { CurrentState: nameof(BatchStateMachine.Cancelled) } => new("cancelled", true),
        { CurrentState: nameof(BatchStateMachine.Failed), ExpiredAt: not null } => new("expired", true),
        { CurrentState: nameof(BatchStateMachine.Failed) } => new("failed", true),
        { CurrentState: nameof(BatchStateMachine.InProgress) } => new("in_progress"),
        { CurrentState: nameof(BatchStateMachine.Finalizing) } => new("finalizing"),
        { CurrentState: nameof(BatchStateMachine.Cancelling) } => Cancelling,
        _ => new("validating"),
    };
}
