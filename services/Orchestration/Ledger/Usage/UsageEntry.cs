using Aigc.Storage.Documents;

namespace Aigc.Orchestration.Ledger.Usage;

/// <summary>What one piece of work took and cost. Its id is that of the work, so that a repeated event finds it written down.</summary>
internal sealed class UsageEntry : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public string? Key { get; init; }

    public string? User { get; init; }

    /// <summary><c>text</c>, <c>embedding</c>, <c>moderation</c>, or a kind of job.</summary>
    public required string Kind { get; init; }

    /// <summary>Name of the model that did it or was made.</summary>
    public string? Model { get; init; }

    /// <summary>The job a user asked for, where this was a part of it.</summary>
    public string? Chain { get; init; }

    public required string Job { get; init; }

    /// <summary>Digest of what was made, or of the model that answered.</summary>
    public string? Artifact { get; init; }

    /// <summary>By meter, in what is counted.</summary>
    public required Dictionary<string, long> Quantities { get; init; }

    /// <summary>Billionths of the currency.</summary>
    public required long Money { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Who or what had set money aside for it: a process or a job.</summary>
    public required string Holder { get; init; }

    /// <summary>True until it is added up everywhere; null from then on.</summary>
    public bool? Open { get; set; }
}
