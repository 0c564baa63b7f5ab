using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Studio.Parts;

/// <summary>Where each node of a lineage graph is drawn: a column a kind, in the order of the chain. Lengths in pixels.</summary>
internal sealed class LineageMap
{
    public const int CardWidth = 148;
    public const int CardHeight = 62;
    private const int ColumnStep = 176;
    private const int RowStep = 78;
    private const int Top = 40;
    private const int MaxRows = 14;

    private static readonly string[] Order = ["source", "dataset", "labels", "model", "content", "publication"];

    private LineageMap(IReadOnlyList<Column> columns, IReadOnlyList<Curve> curves, int width, int height) =>
        (Columns, Curves, Width, Height) = (columns, curves, width, height);

    public IReadOnlyList<Column> Columns { get; }

    public IReadOnlyList<Curve> Curves { get; }

    public int Width { get; }

    public int Height { get; }

    public static LineageMap Of(LineageGraph graph)
    {
        var nodes = graph.Activities.SelectMany(a => a.Inputs.Concat(a.Outputs)).DistinctBy(n => (n.Kind, n.Id)).ToArray();
        var kinds = nodes.Select(n => n.Kind).Distinct().OrderBy(kind => Array.IndexOf(Order, kind) is var at && at < 0 ? Order.Length : at).ThenBy(kind => kind, StringComparer.Ordinal).ToArray();
        var columns = new List<Column>();
        var places = new Dictionary<(string, string), Place>();
        for (var i = 0; i < kinds.Length; i++)
        {
            var all = nodes.Where(n => n.Kind == kinds[i]).ToArray();
            var shown = all.Take(MaxRows).Select((node, row) => new Place(node, i * ColumnStep, Top + (row * RowStep))).ToArray();
            columns.Add(new Column(kinds[i], i * ColumnStep, shown, all.Length - shown.Length));
            foreach (var place in shown)
            {
                places[(place.Node.Kind, place.Node.Id)] = place;
            }
        }

        var curves = graph.Activities
            .SelectMany(a => a.Inputs.SelectMany(input => a.Outputs.Select(output => (From: (input.Kind, input.Id), To: (output.Kind, output.Id), a.Activity))))
            .Distinct()
            .Where(edge => places.ContainsKey(edge.From) && places.ContainsKey(edge.To))
            .Select(edge => new Curve(places[edge.From], places[edge.To], edge.Activity))
            .ToArray();
        var rows = columns.Count == 0 ? 0 : columns.Max(column => column.Places.Count + (column.More > 0 ? 1 : 0));
        return new LineageMap(columns, curves, Math.Max(1, (kinds.Length * ColumnStep) - ColumnStep + CardWidth), Top + (rows * RowStep));
    }

    internal sealed record Column(string Kind, int X, IReadOnlyList<Place> Places, int More);

    internal sealed record Place(LineageNode Node, int X, int Y);

    internal sealed record Curve(Place From, Place To, string Activity)
    {
        public string Path
        {
            get
            {
                var (x1, y1) = (From.X + CardWidth, From.Y + (CardHeight / 2));
                var (x2, y2) = (To.X, To.Y + (CardHeight / 2));
                var bend = Math.Max(14, (x2 - x1) / 2);
                return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}");
            }
        }
    }
}
