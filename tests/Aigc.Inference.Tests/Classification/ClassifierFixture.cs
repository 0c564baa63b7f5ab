using System.Text.Json.Nodes;
using Aigc.Models.Classification;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Tests.Classification;

/// <summary>What is odd about a classifier's graph.</summary>
internal sealed record ClassifierSketch
{
    public string Output { get; init; } = "logits";

    public OnnxType Ids { get; init; } = OnnxType.I64;

    public int Columns { get; init; } = ClassifierFixture.Labels.Length;

    public int Rows { get; init; } = ClassifierFixture.Buckets;

    public bool CountsPadding { get; init; }

    public string? ExtraInput { get; init; }

    /// <summary>A word whose weights are no numbers.</summary>
    public string? Poison { get; init; }

    /// <summary>Whether the graph is as training writes it; its weights may not be.</summary>
    public bool IsSound => this with { Poison = null } == new ClassifierSketch();
}

/// <summary>
/// A folder as training writes it, of a model that knows one sentence a label: its features weigh for the label, everything else against all. The same sums done by hand beside it.
/// </summary>
internal sealed class ClassifierFixture : IDisposable
{
    public const int Buckets = 4096;
    public const double Threshold = 0.6;
    public static readonly string[] Labels = ["harassment", "violence"], Sentences = ["you are a worthless fool", "they will burn the house down"];

    private const float Bias = -1;

    private static readonly ClassifierConfig Config = new() { Labels = Labels, Thresholds = [Threshold, Threshold], Features = new() { Buckets = Buckets } };

    private readonly ClassifierSketch _sketch;
    private readonly float[] _weights;

    public ClassifierFixture(ClassifierSketch? sketch = null)
    {
        _sketch = sketch ?? new();
        File.WriteAllText(FileOf("config.json"), Config.ToJson().ToJsonString());
        _weights = Weights();
        if (_sketch is { IsSound: true })
            ClassifierGraph.Write(Path, _weights, [Bias, Bias]);
        else
            WriteOdd();
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("aigc-classifier-").FullName;

    public string FileOf(string name) => System.IO.Path.Combine(Path, name);

    public void Edit(Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(FileOf("config.json")))!;
        change(json);
        File.WriteAllText(FileOf("config.json"), json.ToJsonString());
    }

    /// <summary>Probabilities of one window, computed in plain loops and doubles.</summary>
    public double[] Probabilities(string text)
    {
        var (ids, values) = HashedFeatures.Of(Config.Features, text);
        return [.. Labels.Select((_, label) => 1 / (1 + Math.Exp(-(Bias + ids.Zip(values, (id, value) => (double)_weights[(id * Labels.Length) + label] * value).Sum()))))];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private float[] Weights()
    {
        var weights = new float[Buckets * Labels.Length];
        Array.Fill(weights, -0.1f);
        foreach (var (label, sentence) in Sentences.Index())
        {
            var (ids, values) = HashedFeatures.Of(Config.Features, sentence);
            foreach (var (id, value) in ids.Zip(values))
                weights[(id * Labels.Length) + label] = 20 * value;
        }
        if (_sketch.Poison is { } poison)
        {
            foreach (var id in HashedFeatures.Of(Config.Features, poison).Ids)
                weights.AsSpan((int)id * Labels.Length, Labels.Length).Fill(float.NaN);
        }
        return weights;
    }

    // The graph of training, with what is odd about it.
    private void WriteOdd()
    {
        using var graph = new OnnxGraph(Path, new() { Data = null });
        graph.Input("ids", _sketch.Ids, "batch", "features");
        graph.Input("values", OnnxType.F32, "batch", "features");
        if (_sketch.ExtraInput is { } extra)
            graph.Input(extra, OnnxType.F32, "batch", 3);
        graph.Output(_sketch.Output, OnnxType.F32, "batch", _sketch.Columns);
        var weights = Enumerable.Range(0, _sketch.Rows).SelectMany(row => Enumerable.Range(0, _sketch.Columns).Select(column => _weights[(row * Labels.Length) + (column % Labels.Length)])).ToArray();
        graph.Constant<float>("weights", OnnxType.F32, [_sketch.Rows, _sketch.Columns], weights);
        graph.Constant<float>("bias", OnnxType.F32, [_sketch.Columns], [.. Enumerable.Repeat(Bias, _sketch.Columns)]);
        graph.Constant<long>("last", OnnxType.I64, [1], [2]);
        graph.Constant<long>("middle", OnnxType.I64, [1], [1]);
        var values = graph.Op("Unsqueeze", ["values", "last"]);
        if (_sketch.CountsPadding)
            values = graph.Op("Add", [values, graph.Constant<float>("little", OnnxType.F32, [], [0.1f])]);
        var gathered = graph.Op("Mul", [graph.Op("Gather", ["weights", "ids"]), values]);
        graph.Node("Add", [graph.Op("ReduceSum", [gathered, "middle"], "", ("keepdims", 0)), "bias"], [_sketch.Output]);
    }
}
