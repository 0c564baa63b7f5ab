namespace Aigc.DataSupply.Extractors;

/// <summary>One document of a file. <see cref="Fragment"/> names it within the file (empty when the file is one document) and is stable.</summary>
internal sealed record ExtractedDocument(string Fragment, string? Title, string Text)
{
    /// <summary>Labels it came with, sorted and distinct; empty for one that was found to have none, null for one nobody labelled.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>What it belongs together with: documents of one group go into one split. Null for a document of its own.</summary>
    public string? Group { get; init; }
}

/// <summary>
/// Turns the bytes of one file into documents. Lazily, so that a large file never lies in memory whole where its format allows it; what cannot
/// be read is a <see cref="SkippedException"/> for the file, or a count in <see cref="ExtractionContext"/> for a part of it.
/// </summary>
internal interface IExtractor
{
    IEnumerable<ExtractedDocument> Extract(Stream content, ExtractionContext context, CancellationToken ct);
}

/// <summary>What an extractor is told and where it counts what it leaves out.</summary>
internal sealed class ExtractionContext(string fileName, SkipCounts skips)
{
    public string FileName { get; } = fileName;

    public SkipCounts Skips { get; } = skips;
}

/// <summary>A file (or a part of one) is left out: a stable reason in kebab case and a sentence for a person.</summary>
internal sealed class SkippedException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason { get; } = reason;
}

/// <summary>Counts what was left out, by reason, with one example each.</summary>
internal sealed class SkipCounts
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public void Add(string reason, long number = 1) => _counts[reason] = _counts.GetValueOrDefault(reason) + number;
}
