using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Tests.Layouts;

/// <summary>The graph itself, in the operators exporters use.</summary>
internal sealed class PublishedWriter(PublishedGraph options, OnnxGraph graph, WeightStore weights)
{
    private static readonly string[] Parts = ["key", "value"];
    private readonly LlamaShape _shape = options.Shape;
    private string _cos = "", _sin = "";
    private string _positions = "", _mask = "", _lengths = "", _total = "";

    public void Write()
    {
        Declare();
        if (!options.Merged)
        {
            Body(past: true, causal: true, final: true);
            return;
        }
        string[] results = ["logits", .. Layers().Select(value => options.PresentOf(value.Layer, value.Part))];
        var then = graph.Branch("with_past", () => Body(past: true, causal: !options.TracedWithOneToken, final: false), Typed("then_"));
        var other = graph.Branch("no_past", () => Body(past: false, causal: true, final: false), Typed("else_"));
        graph.Node("If", ["use_cache_branch"], results, "", ("then_branch", then), ("else_branch", other));

        (string, OnnxType)[] Typed(string prefix) => [.. results.Select(name => (prefix + name, options.Real))];
    }

    private void Declare()
    {
        object batch = options.Batch is { } rows ? rows : "batch_size";
        graph.Input("input_ids", OnnxType.I64, batch, "sequence_length");
        graph.Input("attention_mask", OnnxType.I64, batch, "total_sequence_length");
        if (options.PositionIds)
            graph.Input("position_ids", OnnxType.I64, batch, "sequence_length");
        if (options.LogitsToKeep)
            graph.Input("num_logits_to_keep", OnnxType.I64);
        foreach (var (layer, part) in Layers())
            graph.Input(options.PastOf(layer, part), options.Real, batch, options.DeclaredKvHeads ?? _shape.KvHeads, "past_sequence_length", _shape.HeadDim);
        if (options.Merged)
            graph.Input("use_cache_branch", OnnxType.Bool, 1);
        graph.Output("logits", options.Real, batch, "sequence_length_kept", _shape.Vocabulary);
        foreach (var (layer, part) in Layers())
            graph.Output(options.PresentOf(layer, part), options.Real, batch, options.DeclaredKvHeads ?? _shape.KvHeads, "total", _shape.HeadDim);
        var (cos, sin) = Rotary.Tables(_shape);
        _cos = weights.Table("cos_cache", [_shape.ContextLength, _shape.HeadDim / 2], cos);
        _sin = weights.Table("sin_cache", [_shape.ContextLength, _shape.HeadDim / 2], sin);
    }

    private void Body(bool past, bool causal, bool final)
    {
        var prefix = final ? "" : past ? "then_" : "else_";
        Prepare(past, causal);
        var residual = weights.Embed("input_ids");
        for (var layer = 0; layer < _shape.Layers; layer++)
        {
            var block = LlamaWeights.Block(layer);
            residual = graph.Op("Add", [residual, Attention(layer, block, Norm(residual, block + "input_layernorm.weight"), past, prefix)]);
            residual = graph.Op("Add", [residual, FeedForward(block, Norm(residual, block + "post_attention_layernorm.weight"))]);
        }
        var normed = Norm(residual, LlamaWeights.Norm);
        if (options.LogitsToKeep)
        {
            var start = graph.Op("Unsqueeze", [graph.Op("Neg", ["num_logits_to_keep"]), weights.Numbers("axis_0", 0)]);
            normed = graph.Op("Slice", [normed, start, weights.Numbers("far", long.MaxValue), weights.Numbers("axis_1", 1)]);
        }
        graph.Node("Identity", [weights.Linear(normed, LlamaWeights.Embedding, _shape.Dim, _shape.Vocabulary)], [prefix + "logits"]);
    }

    /// <summary>What every layer needs: positions, and the mask or the lengths.</summary>
    private void Prepare(bool past, bool causal)
    {
        if (options.Attends == Attends.Grouped)
        {
            var sum = graph.Op("ReduceSum", ["attention_mask", weights.Numbers("axis_1", 1)], "", ("keepdims", 0));
            _lengths = Cast(graph.Op("Sub", [sum, weights.Number("one", 1)]), OnnxType.I32);
            _total = Cast(Dimension("attention_mask", 1), OnnxType.I32);
            if (options.PositionsFromPast)
            {
                var (first, step) = (Dimension(options.PastOf(0, "key"), 2), weights.Number("one", 1));
                var places = graph.Op("Range", [first, graph.Op("Add", [first, Dimension("input_ids", 1)]), step]);
                _positions = graph.Op("Unsqueeze", [places, weights.Numbers("axis_0", 0)]);
            }
            return;
        }
        var before = past ? Dimension(options.PastOf(0, "key"), 2) : weights.Number("nothing", 0);
        var (zero, one) = (weights.Number("nothing", 0), weights.Number("one", 1));
        var total = graph.Op("Add", [before, Dimension("input_ids", 1)]);
        var queries = graph.Op("Range", [before, total, one]);
        _positions = options.PositionIds ? "position_ids" : graph.Op("Unsqueeze", [queries, weights.Numbers("axis_0", 0)]);
        // [B, 1, 1, 1, T] and [S, T]: a key is seen when it is not masked and not later than the query.
        var seen = graph.Op("Unsqueeze", [Cast("attention_mask", OnnxType.Bool), weights.Numbers("axes_123", 1, 2, 3)]);
        if (options.IgnoresMask)
            seen = graph.Op("Or", [seen, graph.Op("Not", [seen])]);
        if (causal)
        {
            var keys = graph.Op("Range", [zero, total, one]);
            var earlier = graph.Op("LessOrEqual", [keys, graph.Op("Unsqueeze", [queries, weights.Numbers("axis_1", 1)])]);
            seen = graph.Op("And", [seen, earlier]);
        }
        _mask = graph.Op("Where", [seen, weights.Vector("open", 0f), weights.Vector("closed", options.IsHalf ? -65504f : float.MinValue)]);
    }

    private string Attention(int layer, string block, string input, bool past, string prefix)
    {
        var (q, k, v) = (
            weights.Linear(input, block + "self_attn.q_proj.weight", _shape.Dim, _shape.QueryWidth),
            weights.Linear(input, block + "self_attn.k_proj.weight", _shape.Dim, _shape.KeyWidth),
            weights.Linear(input, block + "self_attn.v_proj.weight", _shape.Dim, _shape.KeyWidth));
        var attended = options.Attends == Attends.Grouped ? Grouped(layer, q, k, v) : Plain(layer, q, k, v, past, prefix);
        return weights.Linear(attended, block + "self_attn.o_proj.weight", _shape.QueryWidth, _shape.Dim);
    }

    private string Grouped(int layer, string q, string k, string v)
    {
        var outside = options.PositionIds || options.PositionsFromPast;
        if (outside)
            (q, k) = (Rotated(q, _shape.Heads), Rotated(k, _shape.KvHeads));
        var attended = graph.Fresh("attention");
        graph.Node("GroupQueryAttention",
            [q, k, v, options.PastOf(layer, "key"), options.PastOf(layer, "value"), _lengths, _total, .. outside ? (string[])[] : [_cos, _sin]],
            [attended, options.PresentOf(layer, "key"), options.PresentOf(layer, "value")], OnnxGraph.Microsoft,
            ("num_heads", _shape.Heads), ("kv_num_heads", _shape.KvHeads), ("do_rotary", outside ? 0 : 1), ("scale", 1f / MathF.Sqrt(_shape.HeadDim)));
        return attended;

        string Rotated(string x, int heads) => graph.Op("RotaryEmbedding", [x, options.PositionsFromPast ? _positions : "position_ids", _cos, _sin], OnnxGraph.Microsoft,
            ("num_heads", heads), ("rotary_embedding_dim", _shape.HeadDim));
    }

    private string Plain(int layer, string q, string k, string v, bool past, string prefix)
    {
        var group = _shape.Heads / _shape.KvHeads;
        var cos = graph.Op("Unsqueeze", [graph.Op("Gather", [_cos, _positions]), weights.Numbers("axis_1", 1)]);
        var sin = graph.Op("Unsqueeze", [graph.Op("Gather", [_sin, _positions]), weights.Numbers("axis_1", 1)]);
        var query = Rotate(Heads(q, _shape.Heads), cos, sin);
        var key = Present(layer, "key", Rotate(Heads(k, _shape.KvHeads), cos, sin), past, prefix);
        var value = Present(layer, "value", Heads(v, _shape.KvHeads), past, prefix);
        // Query heads of one key head side by side, so that keys and values need not be repeated.
        query = graph.Op("Reshape", [query, weights.Numbers("grouped", 0, _shape.KvHeads, group, -1, _shape.HeadDim)]);
        key = graph.Op("Transpose", [graph.Op("Unsqueeze", [key, weights.Numbers("axis_2", 2)])], "", ("perm", (long[])[0, 1, 2, 4, 3]));
        var scores = graph.Op("Mul", [graph.Op("MatMul", [query, key]), weights.Vector("scale", 1f / MathF.Sqrt(_shape.HeadDim))]);
        var shares = graph.Op("Softmax", [graph.Op("Add", [scores, _mask])], "", ("axis", -1));
        var mixed = graph.Op("MatMul", [shares, graph.Op("Unsqueeze", [value, weights.Numbers("axis_2", 2)])]);
        mixed = graph.Op("Reshape", [mixed, weights.Numbers("ungrouped", 0, _shape.Heads, -1, _shape.HeadDim)]);
        mixed = graph.Op("Transpose", [mixed], "", ("perm", (long[])[0, 2, 1, 3]));
        return graph.Op("Reshape", [mixed, weights.Numbers("joined", 0, 0, _shape.QueryWidth)]);
    }

    private string Present(int layer, string part, string added, bool past, string prefix)
    {
        var name = prefix + options.PresentOf(layer, part);
        var before = options.PastOf(layer, part);
        if (options.IgnoresPast)
            before = graph.Op("Mul", [before, weights.Vector("nought", 0f)]);
        if (past)
            graph.Node("Concat", [before, added], [name], "", ("axis", 2));
        else
            graph.Node("Identity", [added], [name]);
        return name;
    }

    private string Heads(string x, int heads) =>
        graph.Op("Transpose", [graph.Op("Reshape", [x, weights.Numbers($"heads_{heads}", 0, 0, heads, _shape.HeadDim)])], "", ("perm", (long[])[0, 2, 1, 3]));

    private string Rotate(string x, string cos, string sin)
    {
        string a = graph.Fresh("a"), b = graph.Fresh("b");
        graph.Node("Split", [x], [a, b], "", ("axis", -1), ("num_outputs", 2));
        var first = graph.Op("Sub", [graph.Op("Mul", [a, cos]), graph.Op("Mul", [b, sin])]);
        var second = graph.Op("Add", [graph.Op("Mul", [b, cos]), graph.Op("Mul", [a, sin])]);
        return graph.Op("Concat", [first, second], "", ("axis", -1));
    }

    private string Norm(string x, string name)
    {
        // In 32 bits, as exporters keep it: squares of halves overflow.
        var wide = options.IsHalf ? Cast(x, OnnxType.F32) : x;
        var mean = graph.Op("ReduceMean", [graph.Op("Mul", [wide, wide]), weights.Numbers("axis_last", -1)], "", ("keepdims", 1));
        var epsilon = Epsilon();
        var normed = graph.Op("Div", [wide, graph.Op("Sqrt", [graph.Op("Add", [mean, epsilon])])]);
        return graph.Op("Mul", [options.IsHalf ? Cast(normed, OnnxType.F16) : normed, weights.Norm(name)]);
    }

    private string Epsilon() => options.IsHalf ? Cast(weights.Vector("epsilon", _shape.NormEpsilon), OnnxType.F32) : weights.Vector("epsilon", _shape.NormEpsilon);

    private string FeedForward(string block, string input)
    {
        var gate = weights.Linear(input, block + "mlp.gate_proj.weight", _shape.Dim, _shape.Ffn);
        var up = weights.Linear(input, block + "mlp.up_proj.weight", _shape.Dim, _shape.Ffn);
        var active = graph.Op("Mul", [graph.Op("Mul", [gate, graph.Op("Sigmoid", [gate])]), up]);
        return weights.Linear(active, block + "mlp.down_proj.weight", _shape.Ffn, _shape.Dim);
    }

    private string Cast(string x, OnnxType to) => graph.Op("Cast", [x], "", ("to", (int)to));

    private string Dimension(string of, int axis) => graph.Op("Gather", [graph.Op("Shape", [of]), weights.Number($"index_{axis}", axis)], "", ("axis", 0));

    private IEnumerable<(int Layer, string Part)> Layers() => Enumerable.Range(0, _shape.Layers).SelectMany(layer => Parts.Select(part => (layer, part)));
}
