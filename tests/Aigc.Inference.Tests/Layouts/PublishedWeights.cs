using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Tests.Layouts;

/// <summary>How a published graph stores its weights.</summary>
internal enum PublishedWeights
{
    Fp32,

    /// <summary>Everything in half precision, the cache and the logits too.</summary>
    Fp16,

    /// <summary>Optimum's dynamic quantisation: activations are quantised for each product.</summary>
    Int8Dynamic,

    /// <summary>Weights behind DequantizeLinear.</summary>
    Int8Dequantized,

    /// <summary>MatMulNBits, four bits, blocks of 32.</summary>
    Int4,

    /// <summary>The same in half precision.</summary>
    Int4Fp16,

    /// <summary>MatMulNBits and an embedding of four bits, GatherBlockQuantized.</summary>
    Int4Gathered,
}

/// <summary>Puts weights into a graph, each once, in the graph's format.</summary>
internal sealed class WeightStore(PublishedGraph options, OnnxGraph graph, IWeights weights)
{
    private const int Block = 32;
    private readonly HashSet<string> _written = [];

    public string Vector(string name, params ReadOnlySpan<float> values) => Once(name, [values.Length], values);

    public string Table(string name, long[] dimensions, float[] values) => Once(name, dimensions, values);

    public string Numbers(string name, params long[] values)
    {
        if (_written.Add(name))
            graph.Constant<long>(name, OnnxType.I64, [values.Length], values);
        return name;
    }

    public string Number(string name, long value)
    {
        if (_written.Add(name))
            graph.Constant<long>(name, OnnxType.I64, [], [value]);
        return name;
    }

    public string Norm(string name) => Vector(name, weights.Get(name));

    public string Embed(string ids)
    {
        var (shape, table) = (options.Shape, weights.Get(LlamaWeights.Embedding));
        if (options.PoisonedToken is { } token)
            table.AsSpan(token * shape.Dim, shape.Dim).Fill(float.NaN);
        if (options.Format != PublishedWeights.Int4Gathered)
            return graph.Op("Gather", [Once("embedding", [shape.Vocabulary, shape.Dim], table), ids]);
        if (_written.Add("embedding.q"))
        {
            var (values, scales) = Int4(table);
            graph.Constant<byte>("embedding.q", OnnxType.U8, [shape.Vocabulary, shape.Dim / 2], values);
            graph.Constant<float>("embedding.s", OnnxType.F32, [shape.Vocabulary, shape.Dim / Block], scales);
        }
        return graph.Op("GatherBlockQuantized", ["embedding.q", ids, "embedding.s"], OnnxGraph.Microsoft,
            ("gather_axis", 0), ("quantize_axis", 1), ("block_size", Block), ("bits", 4));
    }

    /// <summary>The product with a projection, <c>[to, from]</c> as Hugging Face stores it.</summary>
    public string Linear(string input, string name, int from, int to)
    {
        var matrix = weights.Get(name);
        switch (options.Format)
        {
            case PublishedWeights.Int8Dynamic:
                return Dynamic(input, name, matrix, from, to);
            case PublishedWeights.Int8Dequantized:
                var (bytes, scale) = Int8(Transposed(matrix, to, from));
                if (_written.Add(name))
                {
                    graph.Constant<sbyte>(name, OnnxType.I8, [from, to], bytes);
                    graph.Constant<float>(name + ".s", OnnxType.F32, [], [scale]);
                }
                return graph.Op("MatMul", [input, graph.Op("DequantizeLinear", [name, name + ".s"])]);
            case PublishedWeights.Int4 or PublishedWeights.Int4Fp16 or PublishedWeights.Int4Gathered:
                if (_written.Add(name))
                {
                    var (values, scales) = Int4(matrix);
                    graph.Constant<byte>(name, OnnxType.U8, [to, from / Block, Block / 2], values);
                    Once(name + ".s", [scales.Length], scales);
                }
                return graph.Op("MatMulNBits", [input, name, name + ".s"], OnnxGraph.Microsoft, ("K", from), ("N", to), ("bits", 4), ("block_size", Block));
            default:
                return graph.Op("MatMul", [input, Once(name, [from, to], Transposed(matrix, to, from))]);
        }
    }

    private string Dynamic(string input, string name, float[] matrix, int from, int to)
    {
        var (bytes, scale) = Int8(Transposed(matrix, to, from));
        if (_written.Add(name))
        {
            graph.Constant<sbyte>(name, OnnxType.I8, [from, to], bytes);
            graph.Constant<sbyte>(name + ".z", OnnxType.I8, [], [0]);
            graph.Constant<float>(name + ".s", OnnxType.F32, [], [scale]);
        }
        string quantized = graph.Fresh("quantized"), factor = graph.Fresh("factor"), zero = graph.Fresh("zero");
        graph.Node("DynamicQuantizeLinear", [input], [quantized, factor, zero]);
        var product = graph.Op("Cast", [graph.Op("MatMulInteger", [quantized, name, zero, name + ".z"])], "", ("to", (int)OnnxType.F32));
        return graph.Op("Mul", [product, graph.Op("Mul", [factor, name + ".s"])]);
    }

    private string Once(string name, long[] dimensions, ReadOnlySpan<float> values)
    {
        if (!_written.Add(name))
            return name;
        if (options.SecondData is { } file && name.Contains("layers.1.input", StringComparison.Ordinal))
            graph.ContinueIn(file);
        if (!options.IsHalf)
            return graph.Constant(name, OnnxType.F32, dimensions, values);
        var halves = new Half[values.Length];
        for (var i = 0; i < halves.Length; i++)
            halves[i] = (Half)values[i];
        return graph.Constant<Half>(name, OnnxType.F16, dimensions, halves);
    }

    private static (sbyte[] Values, float Scale) Int8(float[] values)
    {
        var scale = values.Max(MathF.Abs) / 127;
        return ([.. values.Select(value => (sbyte)MathF.Round(value / scale))], scale);
    }

    private static (byte[] Values, float[] Scales) Int4(float[] values)
    {
        var (packed, scales) = (new byte[values.Length / 2], new float[values.Length / Block]);
        for (var block = 0; block < scales.Length; block++)
        {
            var part = values.AsSpan(block * Block, Block);
            var largest = 0f;
            foreach (var value in part)
                largest = MathF.Max(largest, MathF.Abs(value));
            var scale = scales[block] = (float)(Half)(largest / 7);
            for (var i = 0; i < Block; i++)
            {
                var nibble = Math.Clamp((int)MathF.Round(part[i] / scale), -8, 7) + 8;
                packed[((block * Block) + i) / 2] |= (byte)(nibble << (4 * (i % 2)));
            }
        }
        return (packed, scales);
    }

    private static float[] Transposed(float[] matrix, int rows, int columns)
    {
        var result = new float[matrix.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                result[(column * rows) + row] = matrix[(row * columns) + column];
        }
        return result;
    }
}
