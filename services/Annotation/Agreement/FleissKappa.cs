namespace Aigc.Annotation.Agreement;

/// <summary>Fleiss' κ: agreement beyond chance of a fixed number of ratings per item, by any raters (Fleiss 1971).</summary>
internal static class FleissKappa
{
    /// <summary>From items × labels; null unless every item has the same number (two or more) of ratings.</summary>
    public static double? Of(IReadOnlyList<IReadOnlyList<string>> items)
    {
        if (items.Count == 0 || items[0].Count < 2 || items.Any(item => item.Count != items[0].Count))
            return null;
        var categories = items.SelectMany(item => item).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var counts = new int[items.Count, categories.Count];
        for (var i = 0; i < items.Count; i++)
        {
            foreach (var label in items[i])
                counts[i, categories.IndexOf(label)]++;
        }

        return Of(counts);
    }

    /// <summary>From counts: rows are items, columns categories; every row sums to the number of ratings per item.</summary>
    public static double? Of(int[,] counts)
    {
        var (items, categories) = (counts.GetLength(0), counts.GetLength(1));
        var raters = Enumerable.Range(0, categories).Sum(j => counts[0, j]);
        double observed = 0;
        var share = new double[categories];
        for (var i = 0; i < items; i++)
        {
            double pairs = 0;
            for (var j = 0; j < categories; j++)
            {
                pairs += counts[i, j] * (counts[i, j] - 1.0);
                share[j] += counts[i, j];
            }

            observed += pairs / (raters * (raters - 1.0));
        }

        observed /= items;
        var chance = share.Sum(s => Math.Pow(s / ((double)items * raters), 2));
        return chance >= 1 ? 1 : (observed - chance) / (1 - chance);
    }
}
