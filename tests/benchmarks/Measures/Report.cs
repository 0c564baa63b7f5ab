using System.Globalization;

namespace Aigc.Benchmarks.Measures;

/// <summary>One row of the table.</summary>
internal static class Report
{
    public static void Row(string measure, double figure, string format, string of) =>
        Console.WriteLine($"| {measure} | {figure.ToString(format, CultureInfo.InvariantCulture)} | {of} |");

    /// <summary>The value below which the given share of the sample lies.</summary>
    public static double Percentile(IEnumerable<double> sample, double share)
    {
        var sorted = sample.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length - 1, Math.Ceiling(share * sorted.Length) - 1)];
    }
}
