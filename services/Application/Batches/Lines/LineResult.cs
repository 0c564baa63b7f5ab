using System.Globalization;
using Aigc.Storage.Documents;

namespace Aigc.Application.Batches.Lines;

/// <summary>The result of one line, kept until the files are written. The first result of a line is the result: a second one is not written.</summary>
internal sealed class LineResult : IDocument
{
    /// <summary><c>&lt;batch&gt;:&lt;line, padded&gt;</c>: sorts as the file runs.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    /// <summary>Whether it belongs into the error file.</summary>
    public required bool Failed { get; init; }

    /// <summary>The line of the file, as text.</summary>
    public required string Text { get; init; }

    public LineUsage Usage { get; init; }

    /// <summary>From when on nobody can want it: a process that was asleep when the files were written may have added it.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public int Line => int.Parse(Id.AsSpan(Id.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);

    public static string IdOf(Guid batch, int line) => string.Create(CultureInfo.InvariantCulture, $"{batch:N}:{line:D9}");
}

/// <summary>That the files of a batch are written, and what they are; the first who wrote them said so.</summary>
internal sealed class WrittenBatch : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required Contracts.Application.BatchOutput Output { get; init; }
}
