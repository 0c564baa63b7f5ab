namespace Aigc.Contracts.Jobs;

/// <summary>
/// Event of the due-time sweep: the step this saga waits for should have happened by <see cref="Due"/>. The saga re-issues the step
/// if it still waits for that very deadline; otherwise the message is late and means nothing.
/// </summary>
public sealed record StepDue
{
    /// <summary>The saga.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The deadline that passed.</summary>
    public required DateTimeOffset Due { get; init; }
}
