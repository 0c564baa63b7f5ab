using Aigc.Contracts.Jobs;

namespace Aigc.Contracts.DataSupply;

/// <summary>Event: a dataset version stands.</summary>
public sealed record DatasetBuilt
{
    /// <summary>The build.</summary>
    public required Guid BuildId { get; init; }

    /// <summary>The version.</summary>
    public required DatasetVersionRef Dataset { get; init; }

    /// <summary>Counts of the stages, flat: <c>read</c>, <c>kept</c>, <c>rejected.gopher-quality.word-count</c>, …</summary>
    public IReadOnlyDictionary<string, long> Counts { get; init; } = new Dictionary<string, long>();

    /// <summary>True when the inputs had not changed and nothing was computed again.</summary>
    public bool Reused { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Event: a build ended without a dataset.</summary>
public sealed record DatasetBuildFailed
{
    /// <summary>The build.</summary>
    public required Guid BuildId { get; init; }

    /// <summary>Why.</summary>
    public required Problem Problem { get; init; }
}

/// <summary>Points at one immutable dataset version: a folder artifact in the Hugging Face layout.</summary>
public sealed record DatasetVersionRef
{
    /// <summary>Dataset name.</summary>
    public required string Name { get; init; }

    /// <summary>The folder: <c>README.md</c> (card) and <c>data/&lt;split&gt;-…</c>.</summary>
    public required ArtifactRef Folder { get; init; }

    /// <summary>Documents in the train split.</summary>
    public required long TrainRows { get; init; }

    /// <summary>Documents in the validation split.</summary>
    public required long ValidationRows { get; init; }

    /// <summary>Documents in the test split; 0 where none was asked for.</summary>
    public long TestRows { get; init; }

    /// <summary>UTF-8 bytes of text in all splits.</summary>
    public required long TextBytes { get; init; }
}
