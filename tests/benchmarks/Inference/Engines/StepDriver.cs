using System.Diagnostics;
using System.Numerics.Tensors;

namespace Aigc.Benchmarks.Inference.Engines;

/// <summary>What is measured of an engine, the same calls for every one: prompts, and greedy decoding behind filled contexts.</summary>
internal sealed class StepDriver(IStepEngine engine, EngineSettings settings, int vocabulary)
{
    private readonly int[] _held = new int[settings.Slots];
    private readonly int[] _next = new int[settings.Slots];

    /// <summary>Tokens that look like nothing in particular, the same for the same seed.</summary>
    public static int[] Tokens(int count, int seed, int vocabulary) =>
        [.. Enumerable.Range(0, count).Select(i => (int)(((i * 7919L) + 13 + (seed * 101)) % vocabulary))];

    /// <summary>Milliseconds of <paramref name="times"/> prompts of a length, one after the other.</summary>
    public double Prefill(int length, int times)
    {
        var tokens = Tokens(length, 0, vocabulary);
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
        {
            engine.Prefill(0, tokens);
            Greedy(-1);
        }

        _held[0] = length;
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    /// <summary>Milliseconds of <paramref name="steps"/> steps of a batch, each row behind a context of <paramref name="context"/> tokens at first.</summary>
    public double Decode(int batch, int context, int steps)
    {
        for (var slot = 0; slot < batch; slot++)
        {
            if (_held[slot] != context)
                engine.Prefill(slot, Tokens(context, slot, vocabulary));
            _held[slot] = context;
            _next[slot] = slot + 1;
        }

        Span<int> lengths = stackalloc int[batch];
        lengths.Fill(context);
        var began = Stopwatch.GetTimestamp();
        for (var step = 0; step < steps; step++)
        {
            engine.Decode(_next.AsSpan(0, batch), lengths);
            for (var row = 0; row < batch; row++)
            {
                _next[row] = Greedy(row);
                lengths[row]++;
            }
        }

        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        for (var slot = 0; slot < batch; slot++)
            engine.Truncate(slot, context);
        return took;
    }

    /// <summary>Logits behind a prompt, by prefill, and by prefill of all but its last token and one step.</summary>
    public (float[] Prefilled, float[] Decoded) Logits(int length)
    {
        var tokens = Tokens(length, 3, vocabulary);
        engine.Prefill(0, tokens);
        var prefilled = engine.Logits(-1).ToArray();
        engine.Prefill(0, tokens.AsSpan(0, length - 1));
        engine.Decode(tokens.AsSpan(length - 1), [length - 1]);
        _held[0] = 0;
        return (prefilled, engine.Logits(0).ToArray());
    }

    private int Greedy(int row)
    {
        var logits = engine.Logits(row);
        return logits.IndexOf(TensorPrimitives.Max<float>(logits));
    }
}
