namespace Aigc.Contracts.Jobs;

/// <summary>Event: how far a running job is. Telemetry: may be lost or late, never decides anything.</summary>
public sealed record JobProgressed
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>What is being done, in kebab case: <c>collect</c>, <c>filter</c>, <c>fit</c>, …</summary>
    public required string Stage { get; init; }

    /// <summary>Units done.</summary>
    public required double Done { get; init; }

    /// <summary>Units in all; null while unknown.</summary>
    public double? Total { get; init; }

    /// <summary>What is counted: <c>files</c>, <c>documents</c>, <c>steps</c>, <c>tokens</c>, …</summary>
    public required string Unit { get; init; }

    /// <summary>When it was measured.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Figures of the moment (loss, rate), for curves; or a piece of generated text under <c>text</c>.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();
}
