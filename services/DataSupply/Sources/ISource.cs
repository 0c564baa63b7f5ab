using Aigc.DataSupply.Extractors;

namespace Aigc.DataSupply.Sources;

/// <summary>Somewhere raw files come from.</summary>
internal interface ISource
{
    /// <summary>Lists the files. What is left out while listing is counted with its reason.</summary>
    IAsyncEnumerable<SourceFile> List(SkipCounts skips, CancellationToken ct);
}

/// <summary>One file of a source.</summary>
/// <param name="Id">Stable id, with forward slashes; never an absolute path of this machine.</param>
/// <param name="Name">Name that tells the extractor.</param>
/// <param name="Length">Bytes; null while unknown.</param>
/// <param name="Open">Opens the bytes for reading forward.</param>
internal sealed record SourceFile(string Id, string Name, long? Length, Func<CancellationToken, Task<Stream>> Open);
