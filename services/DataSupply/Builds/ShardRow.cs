using Aigc.DataSupply.Rules;

namespace Aigc.DataSupply.Builds;

/// <summary>One line of a prepared shard: a document with all that was measured of it, or the shard's summary (the last line).</summary>
internal sealed record ShardLine
{
    public ShardRow? Row { get; init; }

    public ShardSummary? Summary { get; init; }
}

/// <summary>One document, kept or rejected. Text is cleaned and redacted; signals were taken before redaction.</summary>
internal sealed record ShardRow
{
    /// <summary>First 32 hexadecimal characters of the SHA-256 of <see cref="Source"/>.</summary>
    public required string Id { get; init; }

    /// <summary>File id, and the document's name within the file after a <c>#</c>.</summary>
    public required string Source { get; init; }

    public string? Title { get; init; }

    public required string Language { get; init; }

    public required string Text { get; init; }

    /// <summary>Labels it came with; null for a document nobody labelled.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>What it shares a split with; null for a document of its own.</summary>
    public string? Group { get; init; }

    public required IReadOnlyDictionary<string, double> Signals { get; init; }

    /// <summary>Why it was rejected; null when it was kept.</summary>
    public Rejection? Rejected { get; init; }

    /// <summary>Digest by which equal texts are found; null when rejected.</summary>
    public string? Exact { get; init; }

    /// <summary>MinHash bands; null when rejected.</summary>
    public string? Bands { get; init; }
}

/// <summary>What a shard's preparation counted.</summary>
internal sealed record ShardSummary
{
    /// <summary>Documents extracted.</summary>
    public required long Documents { get; init; }

    /// <summary>UTF-8 bytes of extracted text.</summary>
    public required long TextBytes { get; init; }

    /// <summary>Files and parts left out, by reason.</summary>
    public required IReadOnlyDictionary<string, long> Skipped { get; init; }

    /// <summary>Placeholders put in for personal data, by kind; in kept documents.</summary>
    public required IReadOnlyDictionary<string, long> Redacted { get; init; }
}
