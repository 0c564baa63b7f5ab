namespace Aigc.Contracts.Orchestration;

/// <summary>Event: an activity turned inputs into outputs. The lineage index can be walked from either end.</summary>
public sealed record LineageRecorded
{
    /// <summary>The job that did it; recording it again changes nothing.</summary>
    public required Guid JobId { get; init; }

    /// <summary>One of <see cref="Jobs.JobKinds"/>.</summary>
    public required string Activity { get; init; }

    /// <summary>Tenant that owns the outputs.</summary>
    public required string Tenant { get; init; }

    /// <summary>What went in.</summary>
    public required IReadOnlyList<LineageNode> Inputs { get; init; }

    /// <summary>What came out.</summary>
    public required IReadOnlyList<LineageNode> Outputs { get; init; }

    /// <summary>When it was finished.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>One thing in the lineage graph.</summary>
public sealed record LineageNode
{
    /// <summary><c>source</c>, <c>dataset</c>, <c>labels</c>, <c>model</c>, <c>content</c> or <c>publication</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Identity within its kind: a digest where there is one, else an id.</summary>
    public required string Id { get; init; }

    /// <summary>Name for a person.</summary>
    public string? Title { get; init; }
}
