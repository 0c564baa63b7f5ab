namespace Aigc.Annotation.Agreement;

/// <summary>Level of measurement: how far two values are apart.</summary>
internal enum Metric
{
    Nominal,
    Ordinal,
    Interval,
    Ratio,
}

/// <summary>
/// Krippendorff's α = 1 − Do/De over pairable values (Krippendorff 2011, "Computing Krippendorff's alpha-reliability"). Any number of raters, any
/// number of values missing. An item with fewer than two values holds no pair and so does not count at all.
/// </summary>
internal static class KrippendorffAlpha
{
    /// <summary>Nominal α of labels; an absent label is simply not in the list.</summary>
    public static double? Nominal(IEnumerable<IReadOnlyList<string>> items)
    {
        var codes = new Dictionary<string, double>(StringComparer.Ordinal);
        return Of(
            items.Select(item => (IReadOnlyList<double?>)[.. item.Select(label =>
                codes.TryGetValue(label, out var code) ? code : (double?)(codes[label] = codes.Count))]),
            Metric.Nominal);
    }

    /// <summary>α of numeric values, one list an item; null stands for a missing value.</summary>
    /// <returns>Null when no item has two values; 1 when all pairable values are the same.</returns>
    public static double? Of(IEnumerable<IReadOnlyList<double?>> items, Metric metric)
    {
        var units = items.Select(item => item.OfType<double>().ToArray()).Where(unit => unit.Length >= 2).ToList();
        if (units.Count == 0)
            return null;
        var values = units.SelectMany(unit => unit).Distinct().Order().ToArray();
        var index = values.Select((value, i) => (value, i)).ToDictionary(v => v.value, v => v.i);
        var coincidences = Coincidences(units, index);
        var totals = new double[values.Length];
        for (var c = 0; c < values.Length; c++)
        {
            for (var k = 0; k < values.Length; k++)
                totals[c] += coincidences[c, k];
        }

        double observed = 0, expected = 0;
        for (var c = 0; c < values.Length; c++)
        {
            for (var k = c + 1; k < values.Length; k++)
            {
                var distance = Distance(metric, values, totals, c, k);
                observed += coincidences[c, k] * distance;
                expected += totals[c] * totals[k] * distance;
            }
        }

        return expected == 0 ? 1 : 1 - ((totals.Sum() - 1) * observed / expected);
    }

    // Each item adds its ordered pairs, weighted so that every value counts once: pairs / (m − 1).
    private static double[,] Coincidences(List<double[]> units, Dictionary<double, int> index)
    {
        var matrix = new double[index.Count, index.Count];
        foreach (var unit in units)
        {
            for (var i = 0; i < unit.Length; i++)
            {
                for (var j = 0; j < unit.Length; j++)
                {
                    if (i != j)
                        matrix[index[unit[i]], index[unit[j]]] += 1.0 / (unit.Length - 1);
                }
            }
        }

        return matrix;
    }

    private static double Distance(Metric metric, double[] values, double[] totals, int c, int k) => metric switch
    {
        Metric.Nominal => 1,
        // Ranks are as far apart as there are values between them, the ends counting half.
        Metric.Ordinal => Math.Pow(Enumerable.Range(c, k - c + 1).Sum(g => totals[g]) - ((totals[c] + totals[k]) / 2), 2),
        Metric.Interval => Math.Pow(values[c] - values[k], 2),
        _ => values[c] + values[k] == 0 ? 0 : Math.Pow((values[c] - values[k]) / (values[c] + values[k]), 2),
    };
}
