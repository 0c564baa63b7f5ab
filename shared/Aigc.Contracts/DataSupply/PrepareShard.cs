using Aigc.Contracts.Jobs;

namespace Aigc.Contracts.DataSupply;

/// <summary>Command: list the files of the sources, fix their digests and cut them into shards.</summary>
[Queue("data-supply.collect")]
public sealed record CollectSources
{
    /// <summary>The build.</summary>
    public required Guid BuildId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Where the raw data is.</summary>
    public required IReadOnlyList<DataSource> Sources { get; init; }

    /// <summary>How it will be prepared; part of the version's key.</summary>
    public required PrepareSpec Prepare { get; init; }

    /// <summary>Dataset name, by which an existing version is found; null never finds one.</summary>
    public string? Name { get; init; }
}

/// <summary>Event: the sources are listed. The plan names every shard, so that any number of workers gives the same bytes.</summary>
public sealed record SourcesCollected
{
    /// <summary>The build.</summary>
    public required Guid BuildId { get; init; }

    /// <summary>The plan: shards of files with digests (JSON).</summary>
    public required ArtifactRef Plan { get; init; }

    /// <summary>Digest of plan, rules and pipeline version: two builds with one key give the same version.</summary>
    public required string Key { get; init; }

    /// <summary>Number of shards.</summary>
    public required int Shards { get; init; }

    /// <summary>Files taken, skipped and why; with <see cref="Existing"/>, the counts of that version.</summary>
    public IReadOnlyDictionary<string, long> Counts { get; init; } = new Dictionary<string, long>();

    /// <summary>The version an earlier build made of the same key, where it still stands: nothing need be prepared.</summary>
    public DatasetVersionRef? Existing { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Command: extract, filter, identify and sign the documents of one shard. A work queue: any number of processes drain it.</summary>
[Queue("data-supply.shards")]
public sealed record PrepareShard
{
    /// <summary>The build.</summary>
    public required Guid BuildId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>The build's key; together with the index the identity of the effect.</summary>
    public required string Key { get; init; }

    /// <summary>Index of the shard in the plan.</summary>
    public required int Shard { get; init; }

    /// <summary>The plan.</summary>
    public required ArtifactRef Plan { get; init; }

    /// <summary>How it is prepared.</summary>
    public required PrepareSpec Prepare { get; init; }
}

/// <summary>Event: one shard is prepared.</summary>
public sealed record ShardPrepared
{
    /// <summary>The build.</summary>
    public required Guid BuildId { get; init; }

    /// <summary>Index of the shard.</summary>
    public required int Shard { get; init; }

    /// <summary>Documents read in it.</summary>
    public long Documents { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Command: join the shards: duplicates out across all of them, split, write the version and its card.</summary>
[Queue("data-supply.merge")]
public sealed record MergeShards
{
    /// <summary>The build.</summary>
    public required Guid BuildId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Dataset name.</summary>
    public required string Name { get; init; }

    /// <summary>The build's key.</summary>
    public required string Key { get; init; }

    /// <summary>The plan.</summary>
    public required ArtifactRef Plan { get; init; }

    /// <summary>Number of shards.</summary>
    public required int Shards { get; init; }

    /// <summary>How it is prepared.</summary>
    public required PrepareSpec Prepare { get; init; }
}

/// <summary>Event: the shards are joined.</summary>
public sealed record ShardsMerged
{
    /// <summary>The build.</summary>
    public required Guid BuildId { get; init; }

    /// <summary>The version.</summary>
    public required DatasetVersionRef Dataset { get; init; }

    /// <summary>Counts in, out and rejected by rule.</summary>
    public IReadOnlyDictionary<string, long> Counts { get; init; } = new Dictionary<string, long>();

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Event: a step of a build cannot succeed.</summary>
public sealed record BuildStepFailed
{
    /// <summary>The build.</summary>
    public required Guid BuildId { get; init; }

    /// <summary>Why.</summary>
    public required Problem Problem { get; init; }
}
