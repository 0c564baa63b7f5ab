namespace Aigc.Contracts.Jobs;

/// <summary>Event: somebody's view of this job may be stale; its saga answers with <see cref="JobChanged"/>.</summary>
public sealed record StateRequested
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }
}
