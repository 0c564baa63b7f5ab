using Aigc.Annotation.Tasks;

namespace Aigc.Annotation.Agreement;

/// <summary>
/// Agreement on spans. There is no count of the spans nobody marked, so chance cannot be reckoned; F1 between annotators is what remains, and κ approaches it as
/// that count grows (Hripcsak and Rothschild 2005). Summed over all pairs of annotators of all tasks.
/// </summary>
internal static class SpanAgreement
{
    /// <param name="items">Per task, the spans of each annotator.</param>
    /// <returns><c>span-f1</c> (same range and label), <c>character-f1</c> (characters under the same label), <c>share-agreed</c>; empty without a pair.</returns>
    public static IReadOnlyDictionary<string, double> Of(IReadOnlyCollection<IReadOnlyList<IReadOnlyList<LabelledSpan>>> items)
    {
        long spans = 0, same = 0, characters = 0, shared = 0;
        int tasks = 0, agreed = 0;
        foreach (var answers in items.Where(answers => answers.Count >= 2))
        {
            tasks++;
            var all = true;
            for (var i = 0; i < answers.Count; i++)
            {
                for (var j = i + 1; j < answers.Count; j++)
                {
                    var matched = answers[i].Intersect(answers[j]).Count();
                    all &= matched == answers[i].Count && matched == answers[j].Count;
                    same += 2 * matched;
                    spans += answers[i].Count + answers[j].Count;
                    shared += 2 * Shared(answers[i], answers[j]);
                    characters += Length(answers[i]) + Length(answers[j]);
                }
            }

            agreed += all ? 1 : 0;
        }

        var report = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (tasks == 0)
            return report;
        // Where nobody marked anything, everybody agrees.
        report["span-f1"] = spans == 0 ? 1 : Math.Round(same / (double)spans, 6);
        report["character-f1"] = characters == 0 ? 1 : Math.Round(shared / (double)characters, 6);
        report["share-agreed"] = Math.Round(agreed / (double)tasks, 6);
        return report;
    }

    private static long Length(IReadOnlyList<LabelledSpan> spans) => spans.Sum(span => (long)(span.End - span.Start));

    // Spans of one label never overlap within an answer, so that no character counts twice.
    private static long Shared(IReadOnlyList<LabelledSpan> one, IReadOnlyList<LabelledSpan> other) => (
        from a in one
        from b in other
        where a.Label == b.Label
        select (long)Math.Max(0, Math.Min(a.End, b.End) - Math.Max(a.Start, b.Start))).Sum();
}
