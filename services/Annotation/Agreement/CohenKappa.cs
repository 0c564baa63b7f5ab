namespace Aigc.Annotation.Agreement;

/// <summary>Cohen's κ = (Po − Pe) / (1 − Pe): agreement of two raters beyond chance (Cohen 1960).</summary>
internal static class CohenKappa
{
    /// <summary>From pairs of labels; null without pairs. Two raters who use one and the same category throughout agree: 1.</summary>
    public static double? Of(IReadOnlyList<(string First, string Second)> pairs)
    {
        var categories = pairs.SelectMany(pair => new[] { pair.First, pair.Second }).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select((name, index) => (name, index)).ToDictionary(c => c.name, c => c.index, StringComparer.Ordinal);
        var matrix = new double[categories.Count, categories.Count];
        foreach (var (first, second) in pairs)
            matrix[categories[first], categories[second]]++;
        return Of(matrix);
    }

    /// <summary>From a square matrix of counts: rows are the first rater's categories, columns the second's.</summary>
    public static double? Of(double[,] matrix)
    {
        var size = matrix.GetLength(0);
        double total = 0, agreed = 0, chance = 0;
        for (var i = 0; i < size; i++)
        {
            agreed += matrix[i, i];
            for (var j = 0; j < size; j++)
                total += matrix[i, j];
        }

        if (total == 0)
            return null;
        for (var i = 0; i < size; i++)
        {
            double row = 0, column = 0;
            for (var j = 0; j < size; j++)
            {
                row += matrix[i, j];
                column += matrix[j, i];
            }

            chance += row / total * (column / total);
        }

        // Chance is 1 only when both raters put everything into one category, and the same one.
        return chance >= 1 ? 1 : ((agreed / total) - chance) / (1 - chance);
    }
}
