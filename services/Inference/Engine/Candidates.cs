using System.Numerics.Tensors;

namespace Aigc.Inference.Engine;

/// <summary>
/// The tokens that may still be chosen, with their weights, in the order of their ids whatever was cut: a draw walks that order, so that a weight that differs in
/// its last bits moves a border by as much and never exchanges two tokens. Cuts select, they do not sort the vocabulary: whole blocks below a threshold are
/// passed over at vector speed. Workspace is kept between calls; one instance a thread.
/// </summary>
internal sealed class Candidates(int vocabularySize)
{
    private const int Block = 256;

    // Weights are at most 1: their sign is 0 and the bits above these fall into this many classes, in the order of the weights.
    private const int ClassShift = 19;
    private const int Classes = (0x3F800000 >> ClassShift) + 1;

    // Fewer than these are sorted at once; the classes would cost more.
    private const int Few = 1024;

    private readonly float[] _weights = new float[vocabularySize];
    private readonly int[] _ids = new int[vocabularySize];
    private readonly ulong[] _keys = new ulong[vocabularySize + Block];
    private readonly double[] _mass = new double[Classes];
    private int _count;
    private bool _all; // every token, ids not written

    /// <summary>Weights of the candidates.</summary>
    private Span<float> Weights => _weights.AsSpan(0, _count);

    /// <summary>All tokens, logits as weights.</summary>
    public void TakeAll(ReadOnlySpan<float> logits)
    {
        logits.CopyTo(_weights);
        (_count, _all) = (logits.Length, true);
    }

    /// <summary>The <paramref name="k"/> tokens with the highest logits; among equals those with the lowest ids.</summary>
    public void TakeBest(ReadOnlySpan<float> logits, int k)
    {
        var best = Best(logits, k);
        for (var i = 0; i < best.Length; i++)
            _ids[i] = IdOf(best[i]);
        _ids.AsSpan(0, best.Length).Sort();
        for (var i = 0; i < best.Length; i++)
            _weights[i] = logits[_ids[i]];
        (_count, _all) = (best.Length, false);
    }

    /// <summary>Keys of the k highest logits, highest first; read them with <see cref="IdOf"/>. Valid until the next call.</summary>
    public ReadOnlySpan<ulong> Best(ReadOnlySpan<float> logits, int k)
    {
        k = Math.Min(k, logits.Length);
        var room = Math.Min(_keys.Length, Math.Max(4 * k, 4 * Block) + Block);
        var (count, threshold) = (0, float.NegativeInfinity);
        for (var start = 0; start < logits.Length; start += Block)
        {
            var block = logits.Slice(start, Math.Min(Block, logits.Length - start));
            if (count >= k && TensorPrimitives.Max(block) <= threshold)
                continue;
            if (count + block.Length > room)
            {
                (count, threshold) = Shrink(count, k, logits);
                if (TensorPrimitives.Max(block) <= threshold)
                    continue;
            }
            for (var i = 0; i < block.Length; i++)
            {
                if (block[i] > threshold || count < k)
                    _keys[count++] = KeyOf(block[i], start + i);
            }
        }
        Shrink(count, k, logits);
        return _keys.AsSpan(0, k);
    }

    /// <summary>The token of a key.</summary>
    public static int IdOf(ulong key) => (int)(uint)key;

    /// <summary>Logits to weights: exp((x − <paramref name="largest"/>) / <paramref name="temperature"/>), so that the largest is 1.</summary>
    public void Heat(float largest, double temperature)
    {
        TensorPrimitives.Subtract(Weights, largest, Weights);
        TensorPrimitives.Multiply(Weights, (float)(1 / temperature), Weights);
        TensorPrimitives.Exp(Weights, Weights);
    }

    /// <summary>Sum of the weights.</summary>
    public double Total()
    {
        var total = 0.0;
        for (var start = 0; start < _count; start += Block)
            total += Mass(start);
        return total;
    }

    /// <summary>Cuts those whose weight is less.</summary>
    public void KeepAtLeast(float floor)
    {
        var kept = 0;
        for (var start = 0; start < _count; start += Block)
        {
            var end = Math.Min(start + Block, _count);
            if (TensorPrimitives.Max<float>(_weights.AsSpan(start, end - start)) < floor)
                continue;
            for (var i = start; i < end; i++)
            {
                if (_weights[i] >= floor)
                    (_weights[kept], _ids[kept++]) = (_weights[i], _all ? i : _ids[i]);
            }
        }
        (_count, _all) = (kept, false);
    }

    /// <summary>
    /// Keeps the smallest set with this share of the mass, at least one. Tokens below (1 − p) / n of the mass cannot belong to it (all of them together weigh at most
    /// 1 − p) and go first; of the rest the heaviest classes belong to it whole, and only the class at its border is sorted.
    /// </summary>
    public void KeepNucleus(double share)
    {
        var total = Total();
        KeepAtLeast((float)(total * (1 - share) / _count));
        var (border, above) = (0, 0.0);
        if (_count > Few)
            (border, above) = Border(total * share);
        var count = 0;
        for (var i = 0; i < _count; i++)
        {
            if (_count <= Few || ClassOf(_weights[i]) == border)
                _keys[count++] = KeyOf(_weights[i], i);
        }
        var keys = _keys.AsSpan(0, count);
        keys.Sort();
        var last = keys.Length - 1;
        for (var i = 0; i < keys.Length; i++)
        {
            above += _weights[IdOf(keys[i])];
            if (above >= total * share)
            {
                last = i;
                break;
            }
        }
        KeepUpTo(keys[last]);
    }

    /// <summary>The token at this share of the mass, in [0, 1).</summary>
    public int Draw(double uniform)
    {
        var (target, before, chosen) = (uniform * Total(), 0.0, -1);
        for (var start = 0; start < _count; start += Block)
        {
            var mass = Mass(start);
            if (before + mass <= target && start + Block < _count)
            {
                before += mass;
                continue;
            }
            for (var i = start; i < Math.Min(start + Block, _count) && before <= target; i++)
            {
                if (_weights[i] <= 0)
                    continue;
                before += _weights[i];
                chosen = i;
            }
            break;
        }
        // A draw at the very end of the mass can miss every token by a rounding: the likeliest then, never one that was excluded.
        var at = chosen >= 0 ? chosen : Weights.IndexOf(TensorPrimitives.Max<float>(Weights));
        return _all ? at : _ids[at];
    }

    private (int Class, double Above) Border(double mass)
    {
        Array.Clear(_mass);
        for (var i = 0; i < _count; i++)
            _mass[ClassOf(_weights[i])] += _weights[i];
        var (border, before, above) = (Classes - 1, 0.0, 0.0);
        for (var c = Classes - 1; c >= 0 && above < mass; c--)
        {
            if (_mass[c] > 0)
                (border, before, above) = (c, above, above + _mass[c]);
        }
        return (border, before);
    }

    private void KeepUpTo(ulong last)
    {
        var kept = 0;
        for (var i = 0; i < _count; i++)
        {
            if (KeyOf(_weights[i], i) <= last)
                (_weights[kept], _ids[kept++]) = (_weights[i], _ids[i]);
        }
        _count = kept;
    }

    private (int Count, float Threshold) Shrink(int count, int k, ReadOnlySpan<float> logits)
    {
        _keys.AsSpan(0, count).Sort();
        return (Math.Min(count, k), logits[IdOf(_keys[Math.Min(count, k) - 1])]);
    }

    private float Mass(int start) => TensorPrimitives.Sum<float>(_weights.AsSpan(start, Math.Min(Block, _count - start)));

    private static int ClassOf(float weight) => BitConverter.SingleToInt32Bits(weight) >> ClassShift;

    // Ascending keys are descending values, and ascending indices among equals. Floats order as their bits do, negative ones backwards.
    private static ulong KeyOf(float value, int index)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var ascending = (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
        return ((ulong)~ascending << 32) | (uint)index;
    }
}
