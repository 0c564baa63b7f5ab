using System.Globalization;
using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Engine.Managed;

/// <summary>
/// Checks that the operators of a graph do what the kernels do: each attribute has the value our export writes for that <c>config.json</c>, or is left out
/// where the operator's own default is that value. Defaults are those of ONNX 21 and of ONNX Runtime's contrib operators. Everything else is refused by name.
/// </summary>
internal static class ManagedNodes
{
    /// <exception cref="FormatException">Names operator and attribute.</exception>
    public static void Check(OnnxTensors file, LlamaShape shape, int bits)
    {
        var rules = Rules(shape);
        foreach (var node in file.Nodes)
        {
            Check(node, node.Operator switch
            {
                "MatMulNBits" => Product(file, node, bits),
                "GatherBlockQuantized" => Rows(file, node, bits),
                _ => rules.GetValueOrDefault(node.Operator) ?? [],
            });
        }
    }

    private static Dictionary<string, Rule[]> Rules(LlamaShape shape) => new(StringComparer.Ordinal)
    {
        ["GroupQueryAttention"] =
        [
            new("num_heads", shape.Heads, Key: "num_attention_heads"),
            new("kv_num_heads", shape.KvHeads, Key: "num_key_value_heads"),
            new("do_rotary", 1, Default: 0),
            new("rotary_interleaved", 0, Default: 0),
            new("scale", 1f / MathF.Sqrt(shape.HeadDim), Default: 1f / MathF.Sqrt(shape.HeadDim), Key: "head_dim"),
            new("local_window_size", -1, Default: -1),
            new("softcap", 0, Default: 0),
        ],
        ["SimplifiedLayerNormalization"] = [new("epsilon", shape.NormEpsilon, Default: 1e-5f, Key: "rms_norm_eps"), new("axis", -1, Default: -1), new("stash_type", 1, Default: 1)],
        ["SkipSimplifiedLayerNormalization"] = [new("epsilon", shape.NormEpsilon, Default: 1e-12f, Key: "rms_norm_eps")],
        ["QuickGelu"] = [new("alpha", 1, Default: 1.702f)],
        ["Split"] = [new("axis", -1, Default: 0), new("num_outputs", 2)],
        ["Gather"] = [new("axis", 0, Default: 0)],
        ["Reshape"] = [new("allowzero", 0, Default: 0)],
    };

    private static Rule[] Product(OnnxTensors file, OnnxNode node, int bits)
    {
        if (Dimensions(file, node, 1) is not [var outputs, var blocks, var bytes])
            throw new FormatException("MatMulNBits has no matrix [N, blocks, bytes]");
        var block = bytes * 8 / bits;
        return [new("N", outputs), new("K", blocks * block), new("bits", bits, Default: 4), new("block_size", block), new("accuracy_level", 4, Default: 0)];
    }

    private static Rule[] Rows(OnnxTensors file, OnnxNode node, int bits)
    {
        if (Dimensions(file, node, 0) is not [_, var bytes] || Dimensions(file, node, 2) is not [_, var blocks and > 0])
            throw new FormatException("GatherBlockQuantized has no rows [rows, bytes] with scales [rows, blocks]");
        return [new("bits", bits, Default: 4), new("block_size", bytes * 8 / bits / blocks, Default: 128), new("gather_axis", 0, Default: 0), new("quantize_axis", 1, Default: 1)];
    }

    private static IReadOnlyList<long>? Dimensions(OnnxTensors file, OnnxNode node, int input) =>
        input < node.Inputs.Count ? file.Tensors.GetValueOrDefault(node.Inputs[input])?.Dimensions : null;

    private static void Check(OnnxNode node, Rule[] rules)
    {
        if (node.Attributes.Keys.FirstOrDefault(name => !rules.Any(rule => rule.Name == name)) is { } foreign)
            throw new FormatException($"{node.Operator} has the attribute {foreign}, which our int8 and int4 exports do not write");
        foreach (var rule in rules)
        {
            var value = node.Attributes.TryGetValue(rule.Name, out var written) ? written : rule.Default;
            if (value != rule.Expected)
            {
                throw new FormatException(string.Create(CultureInfo.InvariantCulture,
                    $"{node.Operator} has {rule.Name} {(value is null ? "missing" : value)}, the managed kernels compute {rule.Expected}{(rule.Key is null ? "" : $" as config.json says ({rule.Key})")}"));
            }
        }
    }

    /// <param name="Name">An attribute.</param>
    /// <param name="Expected">What the kernels do.</param>
    /// <param name="Default">What the operator does without it; null where it cannot be left out.</param>
    /// <param name="Key">Where <c>config.json</c> says it.</param>
    private sealed record Rule(string Name, double Expected, double? Default = null, string? Key = null);
}
