namespace Aigc.Annotation.Labelers;

/// <summary>A document as a labeler sees it.</summary>
/// <param name="Id">Identity within the dataset.</param>
/// <param name="Title">Title; empty when there is none.</param>
/// <param name="Text">Plain text.</param>
internal sealed record SourceDocument(string Id, string Title, string Text);

/// <summary>What a labeler says about a document.</summary>
/// <param name="Topic">One of the taxonomy's topics.</param>
/// <param name="Confidence">In the topic, 0–1.</param>
/// <param name="Pair">An instruction and its response, where the document holds one.</param>
internal sealed record DraftLabel(string Topic, double Confidence, DraftPair? Pair);

/// <summary>An instruction, its response, and how good <see cref="PairQuality"/> finds them (0–1).</summary>
internal sealed record DraftPair(string Instruction, string Response, double Score);

/// <summary>An automatic labeler. The same documents get the same labels, in any order of calls: campaigns are repeated after a crash.</summary>
internal interface ILabeler
{
    /// <summary>Name in the campaign's specification.</summary>
    string Name { get; }

    /// <summary>Grows whenever its labels may change; part of the key of a labelled version.</summary>
    string ModelVersion { get; }

    /// <summary>One label per document, in the order given.</summary>
    IReadOnlyList<DraftLabel> Label(IReadOnlyList<SourceDocument> documents, Action<int> done, CancellationToken ct);
}
