using System.Globalization;

namespace Aigc.DataSupply.Builds;

/// <summary>What becomes of one document that passed the rules.</summary>
internal enum DocumentFate
{
    Duplicate,
    NotChosen,
    Train,
    Validation,
}

/// <summary>
/// Decides by the document's own hash which documents are chosen and where they go, so that neither depends on order, on workers, nor (but for
/// the limit itself) on what else is in the corpus.
/// </summary>
internal static class Split
{
    /// <summary>Fate of each id; <c>null</c> marks a duplicate.</summary>
    public static DocumentFate[] Decide(IReadOnlyList<string?> ids, int? maxDocuments, double validation)
    {
        var fates = new DocumentFate[ids.Count];
        var kept = Enumerable.Range(0, ids.Count).Where(i => ids[i] is not null).ToList();
        if (maxDocuments < kept.Count)
        {
            foreach (var i in kept)
            {
                fates[i] = DocumentFate.NotChosen;
            }

            kept = [.. kept.OrderBy(i => ids[i], StringComparer.Ordinal).Take(maxDocuments.Value)];
        }

        foreach (var i in kept)
        {
            fates[i] = Position(ids[i]!) < validation ? DocumentFate.Validation : DocumentFate.Train;
        }

        // A small corpus still needs something held out, and something to learn from.
        if (validation > 0 && kept.Count > 1)
        {
            Ensure(DocumentFate.Validation, kept.MinBy(i => Position(ids[i]!)));
            Ensure(DocumentFate.Train, kept.MaxBy(i => Position(ids[i]!)));
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

    /// <summary>A number in [0, 1) from the end of the id; its beginning decides about the limit.</summary>
    private static double Position(string id) => uint.Parse(id.AsSpan(id.Length - 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / (uint.MaxValue + 1.0);
}
