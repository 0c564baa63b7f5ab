using System.Numerics.Tensors;
using Aigc.Models.Llama;
using Aigc.Trainer.Fitting;
using Aigc.Trainer.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace Aigc.Trainer.Export;

/// <summary>How the exported graphs compare with the trainer on the same tokens. Losses are nats a token.</summary>
/// <param name="MaxLogitDifference">Largest absolute difference of a logit between the trainer and the fp32 graph.</param>
/// <param name="Fp32Loss">Loss of the fp32 graph.</param>
/// <param name="Int8Loss">Loss of the served graph.</param>
/// <param name="Positions">Positions compared.</param>
internal sealed record Parity(double MaxLogitDifference, double Fp32Loss, double Int8Loss, int Positions);

/// <summary>Writes the graphs and compares them with the trainer. An export that computes something else is refused.</summary>
internal sealed class Exporter(LlamaShape shape, ParameterSet weights, int threads)
{
    /// <summary>Measured 6e-6 on trained weights; a wrong graph is off by more than 0.1.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>What is exported.</summary>
    public const WeightFormat Served = WeightFormat.Int8;
    const int Positions = 512;

    /// <summary>Writes the int8 graph into <paramref name="directory"/>; the fp32 one lives only as long as the comparison.</summary>
    public Parity Export(string directory, string scratch, ReadOnlySpan<ushort> sample)
    {
        LlamaGraph.Write(shape, weights, scratch, WeightFormat.Fp32);
        LlamaGraph.Write(shape, weights, directory, Served);
        using var model = new TorchLlama(shape, weights);
        using var exact = new OrtProbe(shape, scratch, threads);
        using var served = new OrtProbe(shape, directory, threads);
        var (difference, fp32, int8, count) = (0.0, 0.0, 0.0, 0);
        var length = Math.Min(shape.ContextLength, sample.Length - 1);
        for (var start = 0; count < Positions && start + length < sample.Length; start += length)
        {
            var ids = Longs(sample.Slice(start, length + 1));
            var expected = Reference(model, ids[..^1]);
            var actual = exact.Logits(ids.AsSpan(0, length));
            difference = Math.Max(difference, Largest(expected, actual));
            fp32 += Nats(actual, ids);
            int8 += Nats(served.Logits(ids.AsSpan(0, length)), ids);
            count += length;
        }

        if (!(difference <= Tolerance))
            throw new TrainerException("export_mismatch", FormattableString.Invariant($"The exported graph differs from the trainer by {difference:E2} in a logit (at most {Tolerance:E0} is allowed)."));
        Directory.Delete(scratch, recursive: true);
        return new Parity(difference, fp32 / count, int8 / count, count);
    }

    static float[] Reference(TorchLlama model, long[] ids)
    {
        using var grad = no_grad();
        using var scope = NewDisposeScope();
        return model.Logits(tensor(ids, [1, ids.Length]), ScalarType.Float32).data<float>().ToArray();
    }

    static double Largest(float[] a, float[] b)
    {
        var largest = 0f;
        for (var i = 0; i < a.Length; i++)
            largest = MathF.Max(largest, MathF.Abs(a[i] - b[i]));
        return largest;
    }

    double Nats(float[] logits, long[] ids)
    {
        var nats = 0.0;
        for (var i = 0; i + 1 < ids.Length; i++)
        {
            var row = logits.AsSpan(i * shape.Vocabulary, shape.Vocabulary);
            var largest = TensorPrimitives.Max(row);
            var sum = 0.0;
            foreach (var value in row)
                sum += Math.Exp(value - largest);
            nats += largest + Math.Log(sum) - row[(int)ids[i + 1]];
        }

        return nats;
    }

    static long[] Longs(ReadOnlySpan<ushort> ids)
    {
        var longs = new long[ids.Length];
        for (var i = 0; i < ids.Length; i++)
            longs[i] = ids[i];
        return longs;
    }
}
