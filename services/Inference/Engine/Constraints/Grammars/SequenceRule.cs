using Aigc.Inference.Engine.Constraints.Masks;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>Literal texts and values one after the other: a call of one tool.</summary>
internal sealed class SequenceRule : Rule
{
    private const int Bits = 20;
    private readonly (byte[]? Literal, Value? Value)[] _parts;
    private readonly Literal[] _literals;
    private readonly Rest[] _from; // of a part, from its beginning on

    /// <summary>Makes a sequence; literals are shorter than 2^20 bytes, and the first part is one or a value.</summary>
    public SequenceRule(IEnumerable<(byte[]? Literal, Value? Value)> parts, bool[] usable)
    {
        _parts = [.. parts.Where(part => part.Literal is not { Length: 0 })];
        _literals = [.. _parts.Select(part => new Literal(part.Literal ?? [], usable))];
        _from = new Rest[_parts.Length + 1];
    }

    public override void Step(long state, Node? below, byte b, Stepper into)
    {
        var (part, at) = ((int)(state >> Bits), (int)(state & ((1 << Bits) - 1)));
        if (_parts[part].Literal is { } literal)
        {
            if (literal[at] != b)
                return;
            if (at + 1 < literal.Length)
                into.Open(this, state + 1, below);
            else if (part + 1 < _parts.Length)
                into.Open(this, (long)(part + 1) << Bits, below);
            else
                into.Close(below!);
        }
        else if (part + 1 < _parts.Length)
        {
            into.Begin(_parts[part].Value!, this, (long)(part + 1) << Bits, below, b);
        }
        else
        {
            into.Begin(_parts[part].Value!, below!, b);
        }
    }

    public override Rest From(long state)
    {
        var (part, at) = ((int)(state >> Bits), (int)(state & ((1 << Bits) - 1)));
        return _parts[part].Literal is null ? _from[part] : _literals[part].From(at).Then(_from[part + 1]);
    }

    protected override void Prepare()
    {
        _from[^1] = Rest.Zero;
        for (var part = _parts.Length - 1; part >= 0; part--)
            _from[part] = (_parts[part].Value?.Least.Inside ?? _literals[part].From(0)).Then(_from[part + 1]);
    }
}

/// <summary>A text that is written as it is.</summary>
internal sealed class Literal
{
    private readonly int _unusable; // one past the last byte that no token has alone

    public Literal(byte[] bytes, bool[] usable) => (Bytes, _unusable) = (bytes, Array.FindLastIndex(bytes, b => !usable[b]) + 1);

    public byte[] Bytes { get; }

    public Rest From(int at) => _unusable <= at ? new(Bytes.Length - at, 0) : Rest.None;
}
