using Aigc.Inference.Engine.Constraints.Masks;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>An array: its items are counted, not unrolled. After a comma one space may stand.</summary>
/// <param name="values">Items by position; the last is that of all further ones.</param>
/// <param name="min">Fewest items.</param>
/// <param name="max">Most items; −1 for any number.</param>
internal sealed class ArrayRule(IReadOnlyList<Value> values, int min, int max) : Rule
{
    private const int Bits = 3;
    private const int Start = 0, First = 1, Next = 2, Spaced = 3, After = 4;
    private readonly int _prefix = values.Count - 1;
    private readonly Rest[] _least = new Rest[values.Count];
    private readonly Rest[] _toMin = new Rest[values.Count]; // from an item of the prefix on, until there are enough

    public override void Step(long state, Node? below, byte b, Stepper into)
    {
        var (phase, count) = ((int)state & ((1 << Bits) - 1), state >> Bits);
        switch (phase)
        {
            case Start when b == '[':
                into.Open(this, First, below);
                break;
            case First or After when b == ']':
                if (count >= min)
                    into.Close(below!);
                break;
            case After when b == ',' && (max < 0 || count < max):
                into.Open(this, (count << Bits) | Next, below);
                break;
            case Next when b == ' ':
                into.Open(this, (count << Bits) | Spaced, below);
                break;
            case First when max == 0:
                break;
            case First or Next or Spaced:
                into.Begin(Item(count), this, (Counted(count + 1) << Bits) | After, below, b);
                break;
        }
    }

    public override Rest From(long state)
    {
        var (phase, count) = ((int)state & ((1 << Bits) - 1), state >> Bits);
        return phase switch
        {
            Start => FromFirst.Plus(1),
            First => FromFirst,
            After => FromAfter(count),
            _ => FromItem(count),
        };
    }

    public override long Alike(long state, int bytes)
    {
        var (phase, count) = (state & ((1 << Bits) - 1), state >> Bits);
        if (count >= Floor)
            return max < 0 || max - count > bytes + 2 ? ((long)Floor << Bits) | phase : state;
        return count >= _prefix && phase >= Next && min - count > bytes + 2 ? ((long)_prefix << Bits) | phase : state;
    }

    protected override void Prepare()
    {
        for (var i = 0; i < _least.Length; i++)
            _least[i] = values[i].Least.Inside;
        _toMin[_prefix] = Further(min - _prefix);
        for (var i = _prefix - 1; i >= 0; i--)
            _toMin[i] = i < min ? _least[i].Plus(1).Then(_toMin[i + 1]) : Rest.Zero;
    }

    private int Floor => Math.Max(_prefix, min);

    private Rest FromFirst => min == 0 ? new(1, 0) : FromItem(0);

    private Value Item(long index) => values[(int)Math.Min(index, _prefix)];

    private long Counted(long count) => max < 0 ? Math.Min(count, Floor) : count;

    private Rest FromItem(long index) => _least[Math.Min(index, _prefix)].Then(FromAfter(index + 1));

    private Rest FromAfter(long count) => (count < _prefix ? _toMin[count] : Further(min - count)).Plus(1);

    private Rest Further(long items)
    {
        var item = _least[_prefix];
        return items <= 0 ? Rest.Zero : item.Exists ? item with { Cost = Math.Min((item.Cost + 1) * items, Rest.Endless) } : Rest.None;
    }
}
