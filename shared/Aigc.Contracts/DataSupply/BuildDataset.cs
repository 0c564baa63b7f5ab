using Aigc.Contracts.Jobs;

namespace Aigc.Contracts.DataSupply;

/// <summary>Command: make one dataset version out of raw sources. Consumed by the dataset-build saga.</summary>
[Queue("data-supply.builds")]
public sealed record BuildDataset
{
    /// <summary>Identity of the build; sending it again re-announces the outcome.</summary>
    public required Guid BuildId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Dataset name, kebab case.</summary>
    public required string Name { get; init; }

    /// <summary>Where the raw data is.</summary>
    public required IReadOnlyList<DataSource> Sources { get; init; }

    /// <summary>How it is prepared.</summary>
    public required PrepareSpec Prepare { get; init; }
}

/// <summary>One source of raw data.</summary>
public sealed record DataSource
{
    /// <summary><c>directory</c>, <c>file</c>, <c>http</c>, <c>upload</c>, <c>dotnet-reference</c> or <c>recipe</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Absolute path, for <c>directory</c> and <c>file</c>.</summary>
    public string? Path { get; init; }

    /// <summary>Glob patterns relative to the directory; empty takes every file an extractor exists for.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Glob patterns to leave out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Pages, for <c>http</c>.</summary>
    public IReadOnlyList<Uri> Urls { get; init; } = [];

    /// <summary>Uploaded bytes, for <c>upload</c>.</summary>
    public ArtifactRef? Upload { get; init; }

    /// <summary>File name the uploaded bytes had; tells the extractor.</summary>
    public string? FileName { get; init; }

    /// <summary>Name of the recipe the platform carries, for <c>recipe</c>: <c>moderation</c>.</summary>
    public string? Recipe { get; init; }

    /// <summary>Seed of the recipe's draws; null for 1. The same seed gives the same bytes.</summary>
    public int? Seed { get; init; }

    /// <summary>Most rows the recipe makes of one template family; null for 30.</summary>
    public int? PerFamily { get; init; }
}

/// <summary>How raw documents become a dataset.</summary>
public sealed record PrepareSpec
{
    /// <summary>Rule set: <c>fineweb</c> (Gopher, C4 and FineWeb rules) or <c>none</c>.</summary>
    public string Preset { get; init; } = "fineweb";

    /// <summary>ISO 639-1 codes to keep; empty keeps all.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Jaccard similarity of 5-word shingles from which two documents are near duplicates (0–1); null keeps near duplicates.</summary>
    public double? NearDuplicates { get; init; }

    /// <summary>Most documents to keep, chosen by hash so that the choice does not depend on order; null keeps all.</summary>
    public int? MaxDocuments { get; init; }

    /// <summary>Redact e-mail addresses, public IP addresses, card numbers, IBANs, phone numbers and SSNs.</summary>
    public bool RedactPii { get; init; } = true;

    /// <summary>Share of documents in the validation split (0–0.5); of families, where rows name theirs.</summary>
    public double Validation { get; init; } = 0.02;

    /// <summary>Share of documents in the test split (0–0.5), chosen as the validation split is; null writes none.</summary>
    public double? Test { get; init; }

    /// <summary><c>jsonl.gz</c> or <c>parquet</c>.</summary>
    public string Format { get; init; } = "jsonl.gz";

    /// <summary>Largest file read, in bytes; larger ones are skipped and counted.</summary>
    public long MaxFileBytes { get; init; } = 256L << 20;
}
