using System.Globalization;

namespace Aigc.DataSupply.Builds;

/// <summary>What decides about a document's split: its id, and where it names a group, that and the labels of the group.</summary>
internal sealed record SplitPlace(string Id, string? Group, IReadOnlyList<string> Labels);

/// <summary>
/// Decides which documents are chosen and where they go by hashes alone, so that neither depends on order or on workers. A document of its own goes by its own hash, whatever else is in
/// the corpus; documents of a group go together (<see cref="GroupSplit"/>).
/// </summary>
internal static class Split
{
    /// <summary>The fates that are splits, and what their files are called.</summary>
    public static IReadOnlyDictionary<DocumentFate, string> Names { get; } = new SortedDictionary<DocumentFate, string>
    {
        [DocumentFate.Train] = "train",
        [DocumentFate.Validation] = "validation",
        [DocumentFate.Test] = "test",
    };

    /// <summary>Fate of each document; <c>null</c> marks a duplicate.</summary>
    public static DocumentFate[] Decide(IReadOnlyList<SplitPlace?> documents, int? maxDocuments, double validation, double test = 0)
    {
        var fates = new DocumentFate[documents.Count];
        var kept = Enumerable.Range(0, documents.Count).Where(i => documents[i] is not null).ToList();
        if (maxDocuments < kept.Count)
        {
            foreach (var i in kept)
            {
                fates[i] = DocumentFate.NotChosen;
            }

            kept = [.. kept.OrderBy(i => documents[i]!.Id, StringComparer.Ordinal).Take(maxDocuments.Value)];
        }

        var groups = GroupSplit.Decide(kept.Select(i => documents[i]!), validation, test);
        foreach (var i in kept)
        {
            fates[i] = documents[i]!.Group is { } group ? groups[group] : FateAt(Position(documents[i]!.Id), validation, test);
        }

        // A small corpus still needs something held out, and something to learn from.
        var single = kept.Where(i => documents[i]!.Group is null).ToList();
        if (validation > 0 && single.Count > 1)
        {
            Ensure(DocumentFate.Validation, single.MinBy(i => Position(documents[i]!.Id)));
            Ensure(DocumentFate.Train, single.MaxBy(i => Position(documents[i]!.Id)));
        }

        return fates;

        void Ensure(DocumentFate fate, int candidate)
        {
            if (!kept.Any(i => fates[i] == fate))
            {
                fates[candidate] = fate;
            }
        }
    }

    private static DocumentFate FateAt(double position, double validation, double test) =>
        position < validation ? DocumentFate.Validation : position < validation + test ? DocumentFate.Test : DocumentFate.Train;

    /// <summary>A number in [0, 1) from the end of the id; its beginning decides about the limit.</summary>
    private static double Position(string id) => uint.Parse(id.AsSpan(id.Length - 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / (uint.MaxValue + 1.0);
}
