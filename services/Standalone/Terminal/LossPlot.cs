using Aigc.Contracts.ModelTraining;
using ScottPlot;

namespace Aigc.Standalone.Terminal;

/// <summary>Loss curves: small ones in the terminal, a picture on disk.</summary>
internal static class LossPlot
{
    private const string Levels = "▁▂▃▄▅▆▇█";
    private const int PictureWidth = 900;
    private const int PictureHeight = 450;

    /// <summary>One line of blocks, left to right.</summary>
    public static string Line(IReadOnlyList<LossPoint> points, int width)
    {
        var columns = Columns(points, width);
        var (low, high) = (columns.Min(), columns.Max());
        return string.Concat(columns.Select(value => Levels[(int)Math.Round((value - low) / Math.Max(1e-9, high - low) * (Levels.Length - 1))]))
            + string.Create(System.Globalization.CultureInfo.InvariantCulture, $"  {columns[0]:0.00} → {columns[^1]:0.00}");
    }

    /// <summary>A PNG of the curve.</summary>
    public static void WritePicture(IReadOnlyList<LossPoint> points, string title, string path)
    {
        using var plot = new Plot();
        plot.Add.ScatterLine(points.Select(point => (double)point.Step).ToArray(), points.Select(point => point.Loss).ToArray());
        plot.Title(title);
        plot.XLabel("optimiser step");
        plot.YLabel("training loss (nats per token)");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        plot.SavePng(path, PictureWidth, PictureHeight);
    }

    private static double[] Columns(IReadOnlyList<LossPoint> points, int width)
    {
        var count = Math.Min(width, points.Count);
        return [.. Enumerable.Range(0, count).Select(column =>
        {
            var (from, to) = (column * points.Count / count, (column + 1) * points.Count / count);
            return points.Skip(from).Take(to - from).Average(point => point.Loss);
        })];
    }
}
