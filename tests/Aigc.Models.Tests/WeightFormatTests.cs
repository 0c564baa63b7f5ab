using Aigc.Models.Llama;

namespace Aigc.Models.Tests;

public sealed class WeightFormatTests : IDisposable
{
    /// <summary>Some rows divide into blocks of 128, some do not.</summary>
    static readonly LlamaShape Shape = LlamaShape.Nano with { Dim = 128, Heads = 4, Ffn = 192, TiedEmbeddings = false };
    static readonly int[] Tokens = [0, 17, 300, 5, 411, 42];
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Every_format_has_a_name_and_comes_back_from_it()
    {
        foreach (var format in Enum.GetValues<WeightFormat>())
            Assert.Equal(format, WeightFormats.Named(format.Name()));
        Assert.Equal("int4-b128", WeightFormat.Int4Block128.Name());
        Assert.Contains("int4-b128", Assert.Throws<ArgumentException>(() => WeightFormats.Named("int5")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WeightFormat.Int8, true)]
    [InlineData(WeightFormat.Int8, false)]
    [InlineData(WeightFormat.Int4, true)]
    [InlineData(WeightFormat.Int4, false)]
    [InlineData(WeightFormat.Int4Block128, true)]
    [InlineData(WeightFormat.Int4Block128, false)]
    public void A_quantised_graph_computes_with_the_weights_it_stores(WeightFormat format, bool tied)
    {
        const double Tolerance = 0.03;
        var shape = Shape with { TiedEmbeddings = tied };
        var weights = new RandomWeights(shape, 1);
        var expected = Logits(new Rounded(weights, shape, format), WeightFormat.Fp32, shape);
        var actual = Logits(weights, format, shape);
        // What is left is the rounding of activations to eight bits.
        Assert.InRange(Distance(expected, actual), 1e-7, Tolerance * expected.Max(MathF.Abs));
    }

    [Fact]
    public void Tied_weights_lie_in_the_file_once()
    {
        var shape = Shape with { TiedEmbeddings = true, Vocabulary = 8192 };
        LlamaGraph.Write(shape, new RandomWeights(shape, 1), folder.Path, WeightFormat.Int8);
        var length = new FileInfo(Path.Combine(folder.Path, "model.onnx.data")).Length;
        // A byte a weight and four for 32 of them; the rest is rotary tables, norms and the gaps between pages.
        Assert.InRange(length, shape.Parameters * 36 / 32, (shape.Parameters * 36 / 32) + (1 << 18));
    }

    [Fact]
    public void Fewer_bits_are_further_from_the_truth()
    {
        var weights = new RandomWeights(Shape, 1);
        var exact = Logits(weights, WeightFormat.Fp32);
        var half = Distance(exact, Logits(weights, WeightFormat.Fp16));
        var eight = Distance(exact, Logits(weights, WeightFormat.Int8));
        var four = Distance(exact, Logits(weights, WeightFormat.Int4));
        var scale = exact.Max(MathF.Abs);
        Assert.InRange(half, 1e-7, 0.01 * scale);
        Assert.InRange(eight, half, 0.05 * scale);
        Assert.InRange(four, eight, 0.6 * scale);
    }

    [Fact]
    public void A_graph_of_halves_has_a_cache_of_halves_and_logits_of_floats()
    {
        LlamaGraph.Write(Shape, new RandomWeights(Shape, 1), folder.Path, WeightFormat.Fp16);
        using var runner = new GraphRunner(folder.Path, Shape, halves: true);
        var whole = runner.Run(Tokens, 0);
        runner.Run(Tokens[..4], 0);
        var row = runner.Run([Tokens[4]], 4);
        Assert.True(Distance(row, whole.AsSpan(4 * Shape.Vocabulary, Shape.Vocabulary)) < 0.01 * whole.Max(MathF.Abs));
    }

    [Fact]
    public void Four_bits_reach_the_largest_weight_whatever_its_sign()
    {
        foreach (var sign in (float[])[1, -1])
        {
            var row = new float[32];
            (row[3], row[4], row[31]) = (sign * 2f, sign * -1.75f, sign * 0.25f);
            var (values, scales) = BlockQuantizer.Int4(row, 32);
            var back = Rounded.Four(values, scales, 32);
            Assert.Equal(row, back);
        }
    }

    float[] Logits(IWeights weights, WeightFormat format, LlamaShape? shape = null)
    {
        shape ??= Shape;
        LlamaGraph.Write(shape, weights, folder.Path, format);
        using var runner = new GraphRunner(folder.Path, shape, format == WeightFormat.Fp16);
        return runner.Run(Tokens, 0);
    }

    static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var largest = 0f;
        for (var i = 0; i < a.Length; i++)
            largest = MathF.Max(largest, MathF.Abs(a[i] - b[i]));
        return largest;
    }

    /// <summary>Weights as a format stores them, as floats. The embedding stays exact, as in the graph, is not tied to the head here.</summary>
    sealed class Rounded(IWeights exact, LlamaShape shape, WeightFormat format) : IWeights
    {
        public float[] Get(string name)
        {
            var values = exact.Get(name);
            var dimensions = LlamaWeights.Dimensions(shape, name);
            if (dimensions.Length == 1 || (name == LlamaWeights.Embedding && !shape.TiedEmbeddings))
                return values;
            var columns = (int)dimensions[1];
            var block = format.Block(columns);
            if (format.Bits() == 4)
            {
                var (nibbles, scales) = BlockQuantizer.Int4(values, columns, block);
                return Four(nibbles, scales, block);
            }

            var (bytes, factors) = BlockQuantizer.Int8(values, columns, block);
            return [.. bytes.Select((value, i) => (value - 128) * factors[i / block])];
        }

        public static float[] Four(byte[] values, float[] scales, int block) =>
            [.. Enumerable.Range(0, values.Length * 2).Select(i => (((values[i / 2] >> (i % 2 * 4)) & 15) - 8) * scales[i / block])];
    }
}
