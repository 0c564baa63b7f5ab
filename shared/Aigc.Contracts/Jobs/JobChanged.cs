namespace Aigc.Contracts.Jobs;

/// <summary>Event: a job's state as its saga sees it. Published on every transition, and again whenever the state is asked for.</summary>
public sealed record JobChanged
{
    /// <summary>The job; the same as the saga's correlation id.</summary>
    public required Guid JobId { get; init; }

    /// <summary>One of <see cref="JobKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Where the job stands.</summary>
    public required JobStatus Status { get; init; }

    /// <summary>Grows with every change of the saga; an older one that arrives late is dropped.</summary>
    public required long Sequence { get; init; }

    /// <summary>When the saga changed.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The saga's state in kebab case, for example <c>merging</c>.</summary>
    public string? Stage { get; init; }

    /// <summary>Short name for a person (the dataset's or the model's name).</summary>
    public string? Title { get; init; }

    /// <summary>Why it failed.</summary>
    public Problem? Error { get; init; }

    /// <summary>Facts about the outcome, for people and programs: counts, digests, paths, figures. Flat, values as invariant text.</summary>
    public IReadOnlyDictionary<string, string> Result { get; init; } = new Dictionary<string, string>();

    /// <summary>What the job used so far.</summary>
    public StepUsage? Usage { get; init; }
}
