namespace Aigc.Annotation.Agreement;

/// <summary>Agreement on free texts: how often they are the same.</summary>
internal static class TextAgreement
{
    /// <param name="items">Per task, each annotator's text as it stands and normalised.</param>
    /// <returns><c>share-identical</c> (character by character) and <c>share-agreed</c> (normalised) of the tasks with two texts or more; empty without any.</returns>
    public static IReadOnlyDictionary<string, double> Of(IReadOnlyCollection<IReadOnlyList<(string Text, string Normal)>> items)
    {
        var several = items.Where(item => item.Count >= 2).ToList();
        var report = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (several.Count == 0)
            return report;
        report["share-identical"] = Share(several.Count(item => item.All(answer => answer.Text == item[0].Text)));
        report["share-agreed"] = Share(several.Count(item => item.All(answer => answer.Normal == item[0].Normal)));
        return report;

        double Share(int count) => Math.Round(count / (double)several.Count, 6);
    }
}
