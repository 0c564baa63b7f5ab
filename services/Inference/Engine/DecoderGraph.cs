using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Aigc.Inference.Engine;

/// <summary>
/// Dimensions of a decoder's graph, and its layout. Foreign ones are read by <see cref="LayoutReader"/>.
/// </summary>
/// <param name="Layers">Decoder blocks.</param>
/// <param name="KvHeads">Key and value heads.</param>
/// <param name="HeadDim">Width of a head.</param>
/// <param name="Vocabulary">Width of the logits.</param>
internal sealed record DecoderGraph(int Layers, int KvHeads, int HeadDim, int Vocabulary)
{
    /// <summary>What inputs and outputs are called and which there are.</summary>
    public DecoderLayout Layout { get; init; } = DecoderLayout.Own;

    /// <summary>Values of one slot of one layer's keys (or values).</summary>
    public long SlotValues(int slotLength) => (long)KvHeads * slotLength * HeadDim;

    /// <summary>
    /// What a session of our own export says of itself: shared-buffer attention with <c>past_key_values.{l}.key|value</c> [B, kv, M, d] and
    /// <c>logit_rows</c>.
    /// </summary>
    /// <exception cref="ModelNotLoadableException">The graph has another layout.</exception>
    public static DecoderGraph Read(InferenceSession session, string file)
    {
        Require(session.InputMetadata, "input_ids", TensorElementType.Int64, 2, file);
        Require(session.InputMetadata, "seqlens_k", TensorElementType.Int32, 1, file);
        Require(session.InputMetadata, "total_sequence_length", TensorElementType.Int32, 1, file);
        Require(session.InputMetadata, "logit_rows", TensorElementType.Int64, 1, file);
        var first = Require(session.InputMetadata, "past_key_values.0.key", TensorElementType.Float, 4, file);
        var logits = Require(session.OutputMetadata, "logits", TensorElementType.Float, 2, file);
        var graph = new DecoderGraph(0, first[1], first[3], logits[1]);
        if (graph.KvHeads <= 0 || graph.HeadDim <= 0 || graph.Vocabulary <= 0)
            throw new ModelNotLoadableException(file, "the number of key heads, the width of a head or the vocabulary is not fixed in the graph");

        var layers = session.InputMetadata.Keys.Count(name => name.StartsWith("past_key_values.", StringComparison.Ordinal)) / 2;
        for (var layer = 0; layer < layers; layer++)
        {
            foreach (var part in (ReadOnlySpan<string>)["key", "value"])
            {
                var past = Require(session.InputMetadata, $"past_key_values.{layer}.{part}", TensorElementType.Float, 4, file);
                Require(session.OutputMetadata, $"present.{layer}.{part}", TensorElementType.Float, 4, file);
                if (past[1] != graph.KvHeads || past[3] != graph.HeadDim)
                    throw new ModelNotLoadableException(file, $"layer {layer} has another cache shape than layer 0");
            }
        }
        return graph with { Layers = layers };
    }

    private static int[] Require(IReadOnlyDictionary<string, NodeMetadata> nodes, string name, TensorElementType type, int rank, string file)
    {
        if (!nodes.TryGetValue(name, out var node))
            throw new ModelNotLoadableException(file, $"the graph has no \"{name}\"");
        if (!node.IsTensor || node.ElementDataType != type || node.Dimensions.Length != rank)
            throw new ModelNotLoadableException(file, $"\"{name}\" is not a tensor of {type} with {rank} dimensions");
        return node.Dimensions;
    }
}
