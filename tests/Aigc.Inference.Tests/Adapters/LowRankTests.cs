using Aigc.Inference.Engine.Adapters;
using Aigc.Models.Llama;

namespace Aigc.Inference.Tests.Adapters;

/// <summary>The products of an adapter's matrices, at widths and ranks that fill no block.</summary>
public sealed unsafe class LowRankTests
{
    [Theory]
    [InlineData(1, 64, 96)]
    [InlineData(5, 41, 70)]
    [InlineData(8, 7, 3)]
    [InlineData(12, 100, 33)]
    public void Outputs_are_those_of_plain_sums_and_nothing_behind_them_is_touched(int rank, int inputs, int width)
    {
        var random = new Random(rank);
        float[] a = Values(rank * inputs), b = Values(width * rank), x = Values(7 * inputs), y = Values(7 * width);
        foreach (var (precision, most) in ((AdapterPrecision, double)[])[(AdapterPrecision.Single, 1e-5), (AdapterPrecision.Half, 0.05)])
        {
            var weights = Weights(precision, inputs, width, a, b);
            for (var tokens = 1; tokens <= 6; tokens++)
            {
                var actual = Added(weights, x, y, tokens, inputs, width);
                for (var i = 0; i < actual.Length; i++)
                {
                    var expected = i / width < tokens ? y[i] + Enumerable.Range(0, rank).Sum(r => 0.5 * b[(i % width * rank) + r] * Enumerable.Range(0, inputs).Sum(k => (double)a[(r * inputs) + k] * x[(i / width * inputs) + k])) : y[i];
                    Assert.InRange(actual[i] - expected, -most, most);
                }
                // One at a time: the same bits.
                Assert.Equal(actual[..(tokens * width)], Enumerable.Range(0, tokens).SelectMany(t => Added(weights, x[(t * inputs)..], y[(t * width)..], 1, inputs, width)[..width]));
            }
        }

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }

    [Theory]
    [InlineData(1f, 1f)]
    [InlineData(-1.00390625f, -1f)]
    [InlineData(1.01171875f, 1.015625f)]
    [InlineData(3.0e38f, 3.0042e38f)]
    [InlineData(1e-39f, 1.01e-39f)]
    [InlineData(float.NaN, float.NaN)]
    public void Half_precision_rounds_to_the_nearest_and_ties_to_even(float value, float expected)
    {
        var weights = Weights(AdapterPrecision.Half, 1, 1, [value], [2]);
        var actual = Added(weights, [1], [0], 1, 1, 1)[0];
        if (float.IsNaN(expected))
            Assert.True(float.IsNaN(actual));
        else
            Assert.InRange(actual / expected, 0.999f, 1.001f);
    }

    [Fact]
    public void Half_precision_takes_half_the_memory()
    {
        var (single, half) = (Weights(AdapterPrecision.Single, 64, 64, new float[256], new float[256]), Weights(AdapterPrecision.Half, 64, 64, new float[256], new float[256]));
        Assert.InRange(half.Bytes, single.Bytes / 2, (single.Bytes / 2) + 64);
    }

    private static AdapterWeights Weights(AdapterPrecision precision, int inputs, int width, float[] a, float[] b) =>
        new([new(0, "o", inputs, width, [new("m", 0, width)])], precision, _ => (a, b, 0.5f));

    private static float[] Added(AdapterWeights weights, float[] x, float[] y, int tokens, int inputs, int width)
    {
        var output = y.ToArray();
        fixed (float* from = x, to = output)
            new LowRankPiece { Matrices = weights.At(0, 0), Stride = width, Input = from, Output = to }.Add(0, tokens);
        return output;
    }
}
