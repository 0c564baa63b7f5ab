using Aigc.Models.Onnx;

namespace Aigc.Models.Classification;

/// <summary>
/// The graph of a classifier, one file. Inputs <c>ids</c> int64 [batch, n] and <c>values</c> float [batch, n], 0 where a row is shorter; output
/// <c>logits</c> float [batch, labels]: the sum over a row of each id's weights times its value, plus the biases. A probability is the sigmoid of a logit.
/// </summary>
public static class ClassifierGraph
{
    /// <summary>Names of the inputs and the output.</summary>
    public const string Ids = "ids", Values = "values", Logits = "logits";

    /// <summary>Writes <c>model.onnx</c>.</summary>
    /// <param name="directory">Folder.</param>
    /// <param name="weights">[buckets, labels], row after row.</param>
    /// <param name="biases">[labels].</param>
    public static void Write(string directory, ReadOnlySpan<float> weights, ReadOnlySpan<float> biases)
    {
        var labels = biases.Length;
        using var graph = new OnnxGraph(directory, new() { Name = "classifier", Data = null });
        graph.Input(Ids, OnnxType.I64, "batch", "n");
        graph.Input(Values, OnnxType.F32, "batch", "n");
        graph.Output(Logits, OnnxType.F32, "batch", labels);
        graph.Constant("weights", OnnxType.F32, [weights.Length / labels, labels], weights);
        graph.Constant("biases", OnnxType.F32, [labels], biases);
        graph.Constant<long>("last", OnnxType.I64, [1], [-1]);
        graph.Constant<long>("row", OnnxType.I64, [1], [1]);
        var each = graph.Op("Mul", [graph.Op("Gather", ["weights", Ids]), graph.Op("Unsqueeze", [Values, "last"])]);
        graph.Node("Add", [graph.Op("ReduceSum", [each, "row"], attributes: ("keepdims", 0)), "biases"], [Logits]);
    }
}
