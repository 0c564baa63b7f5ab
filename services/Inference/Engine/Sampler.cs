using System.Numerics.Tensors;
using Aigc.Contracts.Inference;

namespace Aigc.Inference.Engine;

/// <summary>
/// Chooses a token from a row of logits: temperature, then top-k, then top-p, in the order Hugging Face's generation applies them. Reads nothing but
/// the row, the request's settings and the request's generator. Workspace is kept between calls; one instance a thread.
/// </summary>
internal sealed class Sampler(int vocabularySize)
{
    private const int Block = 128;

    // Below it the quotient overflows and only the likeliest has any mass.
    private const double LeastTemperature = 1e-5;

    private readonly float[] _weights = new float[vocabularySize];
    private readonly int[] _ids = new int[vocabularySize];
    private readonly PriorityQueue<int, float> _best = new();

    /// <summary>The chosen token, or −1 when the logits are not numbers: the model's fault, reported for this request alone.</summary>
    public int Choose(ReadOnlySpan<float> logits, SamplingSpec spec, ref SplitMix random)
    {
        // Not TensorPrimitives.IndexOfMax: it compares indices as floats, which are denormal and all equal on a thread where native code flushes
        // denormals to zero. Max is a NaN when any logit is.
        var largest = TensorPrimitives.Max(logits);
        if (!float.IsFinite(largest))
            return -1;
        var top = logits.IndexOf(largest);
        if (spec.Temperature < LeastTemperature || spec.TopK == 1)
            return top;

        var count = spec.TopK > 0 && spec.TopK < logits.Length ? TakeBest(logits, spec.TopK) : TakeAll(logits);
        var weights = _weights.AsSpan(0, count);
        TensorPrimitives.Subtract(weights, largest, weights);
        TensorPrimitives.Multiply(weights, (float)(1 / spec.Temperature), weights);
        TensorPrimitives.Exp(weights, weights);
        if (spec.TopP < 1)
            count = CutNucleus(count, spec.TopP);
        return Draw(count, random.NextDouble());
    }

    private int TakeAll(ReadOnlySpan<float> logits)
    {
        logits.CopyTo(_weights);
        for (var id = 0; id < logits.Length; id++)
            _ids[id] = id;
        return logits.Length;
    }

    private int TakeBest(ReadOnlySpan<float> logits, int k)
    {
        _best.Clear();
        _best.EnsureCapacity(k + 1);
        for (var id = 0; id < logits.Length; id++)
        {
            if (_best.Count < k)
                _best.Enqueue(id, logits[id]);
            else if (_best.TryPeek(out _, out var least) && logits[id] > least)
                _best.DequeueEnqueue(id, logits[id]);
        }
        for (var i = 0; _best.TryDequeue(out var id, out var logit); i++)
            (_ids[i], _weights[i]) = (id, logit);
        return k;
    }

    /// <summary>
    /// Moves the nucleus to the front, most likely first. Tokens below (1 − p) / n of the mass cannot belong to it (all of them together weigh at most
    /// 1 − p), so only the few above are sorted. At least one token stays.
    /// </summary>
    private int CutNucleus(int count, double topP)
    {
        var total = (double)TensorPrimitives.Sum<float>(_weights.AsSpan(0, count));
        var floor = (float)(total * (1 - topP) / count);
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            if (_weights[i] >= floor)
                (_weights[kept], _ids[kept++]) = (_weights[i], _ids[i]);
        }
        var weights = _weights.AsSpan(0, kept);
        weights.Sort(_ids.AsSpan(0, kept));
        weights.Reverse();
        _ids.AsSpan(0, kept).Reverse();
        var mass = 0.0;
        for (var i = 0; i < kept; i++)
        {
            mass += weights[i];
            if (mass >= total * topP)
                return i + 1;
        }
        return kept;
    }

    /// <summary>Walks block by block to where the drawn mass lies, and only there token by token: a vocabulary is summed at vector speed.</summary>
    private int Draw(int count, double uniform)
    {
        var total = 0.0;
        for (var start = 0; start < count; start += Block)
            total += BlockMass(start, count);
        var (target, before, chosen) = (uniform * total, 0.0, -1);
        for (var start = 0; start < count; start += Block)
        {
            var mass = BlockMass(start, count);
            if (before + mass <= target && start + Block < count)
            {
                before += mass;
                continue;
            }
            for (var i = start; i < Math.Min(start + Block, count) && before <= target; i++)
            {
                if (_weights[i] <= 0)
                    continue;
                before += _weights[i];
                chosen = i;
            }
            break;
        }
        // A draw at the very end of the mass can miss every token by a rounding: the likeliest then, never one that was excluded.
        var weights = _weights.AsSpan(0, count);
        return _ids[chosen >= 0 ? chosen : weights.IndexOf(TensorPrimitives.Max<float>(weights))];
    }

    private float BlockMass(int start, int count) => TensorPrimitives.Sum<float>(_weights.AsSpan(start, Math.Min(Block, count - start)));
}
