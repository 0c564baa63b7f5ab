namespace Aigc.Contracts.Jobs;

/// <summary>Event: somebody wants this job stopped. Its saga stops its children in turn; a finished job ignores it.</summary>
public sealed record CancellationRequested
{
    /// <summary>The job to stop.</summary>
    public required Guid JobId { get; init; }
}
