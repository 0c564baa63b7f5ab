using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Aigc.Inference.Engine.Constraints.Masks;

/// <summary>
/// Which tokens may follow a state. A token that brings the end no nearer needs slack in the budget: those that move it away are listed by how far,
/// those that bring it nearer have a set of their own for when there is no slack left.
/// </summary>
internal sealed class Mask(int size)
{
    private readonly ulong[] _any = new ulong[(size + 63) / 64];
    private readonly ulong[] _nearer = new ulong[(size + 63) / 64];
    private (int Away, int Token)[] _away = [];

    public long Bytes => (_any.Length * 16L) + (_away.Length * 8L);

    public void Allow(int token, long away, List<(int Away, int Token)> moved)
    {
        _any[token >> 6] |= 1UL << token;
        if (away < 0)
            _nearer[token >> 6] |= 1UL << token;
        else if (away > 0)
            moved.Add(((int)Math.Min(away, int.MaxValue), token));
    }

    public void Seal(List<(int Away, int Token)> moved)
    {
        _away = [.. moved];
        Array.Sort(_away, (a, b) => b.Away.CompareTo(a.Away));
    }

    /// <summary>Excludes what is not allowed, and what would leave too few tokens for the end.</summary>
    /// <param name="logits">A row.</param>
    /// <param name="slack">Tokens that are left beyond the fewest that are needed.</param>
    public void Apply(Span<float> logits, long slack)
    {
        var words = slack > 0 ? _any : _nearer;
        for (var (word, at) = (0, 0); at < logits.Length; word++, at += 64)
        {
            var bits = word < words.Length ? words[word] : 0;
            var part = logits.Slice(at, Math.Min(64, logits.Length - at));
            if (bits == ulong.MaxValue)
                continue;
            if (bits == 0)
            {
                part.Fill(float.NegativeInfinity);
                continue;
            }
            if (part.Length == 64 && Vector256.IsHardwareAccelerated)
            {
                Select(part, bits);
                continue;
            }
            for (var i = 0; i < part.Length; i++)
            {
                if ((bits & (1UL << i)) == 0)
                    part[i] = float.NegativeInfinity;
            }
        }
        if (slack > 0)
        {
            for (var i = 0; i < _away.Length && _away[i].Away >= slack; i++)
                logits[_away[i].Token] = float.NegativeInfinity;
        }
        if (TensorPrimitives.Max<float>(logits) == float.NegativeInfinity)
            Revive(logits, words, slack);
    }

    // Eight lanes at a time: each looks at its own bit.
    private static void Select(Span<float> part, ulong bits)
    {
        var (lanes, none) = (Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128), Vector256.Create(float.NegativeInfinity));
        for (var i = 0; i < 64; i += 8, bits >>= 8)
        {
            var eight = part.Slice(i, 8);
            var chosen = Vector256.Equals(Vector256.Create((int)(bits & 255)) & lanes, lanes).AsSingle();
            Vector256.ConditionalSelect(chosen, Vector256.Create<float>(eight), none).CopyTo(eight);
        }
    }

    // The model, or a bias, excluded all that may follow: these are then equally likely.
    private void Revive(Span<float> logits, ulong[] words, long slack)
    {
        for (var token = 0; token < logits.Length && token < size; token++)
        {
            if ((words[token >> 6] & (1UL << token)) != 0)
                logits[token] = 0;
        }
        for (var i = 0; slack > 0 && i < _away.Length && _away[i].Away >= slack; i++)
            logits[_away[i].Token] = float.NegativeInfinity;
    }
}
