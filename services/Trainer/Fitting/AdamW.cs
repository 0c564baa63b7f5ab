using System.Numerics;
using Aigc.Trainer.Runs;

namespace Aigc.Trainer.Fitting;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) with gradient clipping by the global norm, in managed code over the weights' own memory: no
/// native temporaries, and the state is plain arrays that a checkpoint can hold.
/// </summary>
internal sealed class AdamW
{
    const float Beta1 = 0.9f, Beta2 = 0.95f, Epsilon = 1e-8f, WeightDecay = 0.1f, ClipNorm = 1f;
    readonly ParameterSet weights;

    public AdamW(ParameterSet weights)
    {
        this.weights = weights;
        foreach (var name in weights.Names)
            State[name] = (new float[weights.Values(name).Length], new float[weights.Values(name).Length]);
    }

    /// <summary>First and second moments of the gradients, by weight.</summary>
    public Dictionary<string, (float[] First, float[] Second)> State { get; } = new(StringComparer.Ordinal);

    /// <summary>One update; leaves the gradients at zero.</summary>
    /// <param name="step">Number of the update, from 1.</param>
    /// <param name="rate">Learning rate.</param>
    public void Step(int step, float rate)
    {
        var norm = Math.Sqrt(weights.Names.Sum(name => SquaredNorm(weights.Gradient(name))));
        if (!double.IsFinite(norm))
            throw new TrainerException("training_diverged", "A gradient is no longer a number; try another seed.");
        var clip = norm > ClipNorm ? (float)(ClipNorm / norm) : 1f;
        var (correction1, correction2) = (1 - MathF.Pow(Beta1, step), 1 - MathF.Pow(Beta2, step));
        foreach (var name in weights.Names)
        {
            // Norms and other vectors are not decayed.
            var decay = weights[name].dim() > 1 ? 1 - (rate * WeightDecay) : 1f;
            var (first, second) = State[name];
            Update(weights.Values(name), weights.Gradient(name), first, second, clip, rate / correction1, decay, 1 / correction2);
        }
    }

    static double SquaredNorm(ReadOnlySpan<float> values)
    {
        var sum = Vector<float>.Zero;
        var i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var part = new Vector<float>(values[i..]);
            sum += part * part;
        }

        double total = Vector.Sum(sum);
        for (; i < values.Length; i++)
            total += values[i] * values[i];
        return total;
    }

    static void Update(Span<float> values, Span<float> gradients, Span<float> first, Span<float> second, float clip, float rate, float decay, float correction2)
    {
        var i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var g = new Vector<float>(gradients[i..]) * clip;
            var m = (new Vector<float>(first[i..]) * Beta1) + (g * (1 - Beta1));
            var v = (new Vector<float>(second[i..]) * Beta2) + (g * g * (1 - Beta2));
            var update = m * rate / (Vector.SquareRoot(v * correction2) + new Vector<float>(Epsilon));
            m.CopyTo(first[i..]);
            v.CopyTo(second[i..]);
            ((new Vector<float>(values[i..]) * decay) - update).CopyTo(values[i..]);
        }

        for (; i < values.Length; i++)
        {
            var g = gradients[i] * clip;
            first[i] = (first[i] * Beta1) + (g * (1 - Beta1));
            second[i] = (second[i] * Beta2) + (g * g * (1 - Beta2));
            values[i] = (values[i] * decay) - (first[i] * rate / (MathF.Sqrt(second[i] * correction2) + Epsilon));
        }

        gradients.Clear();
    }
}
