using System.Numerics.Tensors;
using Aigc.Contracts.Inference;

namespace Aigc.Inference.Engine;

/// <summary>
/// Chooses a token from a row of logits: temperature, then top-k, then top-p, then min-p, in the order Hugging Face's generation applies them
/// (<c>GenerationMixin._get_logits_processor</c>); penalties, biases and constraints come before it (<see cref="LogitShape"/>). Reads nothing but the row, the
/// request's settings and the request's generator. One instance a thread.
/// </summary>
internal sealed class Sampler(int vocabularySize)
{
    // Below it the quotient overflows and only the likeliest has any mass.
    private const double LeastTemperature = 1e-5;

    private readonly Candidates _candidates = new(vocabularySize);

    /// <summary>The chosen token, or −1 when the logits are not numbers: the model's fault, reported for this request alone.</summary>
    public int Choose(ReadOnlySpan<float> logits, SamplingSpec spec, ref SplitMix random)
    {
        // Not TensorPrimitives.IndexOfMax: it compares indices as floats, which are denormal and all equal on a thread where native code flushes
        // denormals to zero. Max is a NaN when any logit is.
        var largest = TensorPrimitives.Max(logits);
        if (!float.IsFinite(largest))
            return -1;
        if (spec.Temperature < LeastTemperature || spec.TopK == 1)
            return logits.IndexOf(largest);

        if (spec.TopK > 0 && spec.TopK < logits.Length)
            _candidates.TakeBest(logits, spec.TopK);
        else
            _candidates.TakeAll(logits);
        _candidates.Heat(largest, spec.Temperature);
        if (spec.TopP < 1)
            _candidates.KeepNucleus(spec.TopP);
        if (spec.MinP > 0)
            _candidates.KeepAtLeast((float)spec.MinP); // the likeliest weighs 1
        return _candidates.Draw(random.NextDouble());
    }

    /// <summary>Natural logarithm of the sum of the exponentials: what a logit is less than to be a log probability.</summary>
    public double LogTotal(ReadOnlySpan<float> logits)
    {
        var largest = TensorPrimitives.Max(logits);
        _candidates.TakeAll(logits);
        _candidates.Heat(largest, 1);
        return largest + Math.Log(_candidates.Total());
    }

    /// <summary>Keys of the likeliest tokens, likeliest first; <see cref="Candidates.IdOf"/> reads them. Valid until the next call.</summary>
    public ReadOnlySpan<ulong> Best(ReadOnlySpan<float> logits, int count) => _candidates.Best(logits, count);
}
