using Aigc.Inference.Engine.Constraints.Masks;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>
/// An object: listed names in their order, the optional ones or not, then any others where the schema allows them. After a colon and a comma one
/// space may stand.
/// </summary>
internal sealed class ObjectRule : Rule
{
    private const int Phases = 4, Places = 28;
    private const int Start = 0, First = 1, Key = 2, Colon = 3, Held = 4, HeldSpaced = 5, After = 6, Next = 7, NextSpaced = 8;
    private readonly KeyTable _keys;
    private readonly Value[] _values;  // the last is that of other names
    private readonly bool _others;
    private readonly bool[] _required;
    private readonly int[] _nextRequired;
    private readonly int[] _keyBytes;
    private readonly Rest[] _least;
    private readonly Rest[] _rest;     // of what is required from a position on, each with a comma before it
    private readonly int _count;

    /// <summary>Makes an object.</summary>
    /// <param name="keys">Names after their opening quote.</param>
    /// <param name="names">Bytes of the listed names.</param>
    /// <param name="required">Which of them must be there.</param>
    /// <param name="values">What they hold.</param>
    /// <param name="others">What other names hold; null where there are none.</param>
    public ObjectRule(KeyTable keys, IReadOnlyList<byte[]> names, bool[] required, IReadOnlyList<Value> values, Value? others)
    {
        (_keys, _required, _others, _count) = (keys, required, others is not null, names.Count);
        _values = [.. values, others ?? new()];
        _keyBytes = [.. names.Select((_, i) => (int)Math.Min(keys.ToName(0, i), int.MaxValue))];
        _least = new Rest[_count + 1];
        _rest = new Rest[_count + 1];
        _nextRequired = new int[_count + 1];
        _nextRequired[_count] = _count;
        for (var i = _count - 1; i >= 0; i--)
            _nextRequired[i] = required[i] ? i : _nextRequired[i + 1];
    }

    public override void Step(long state, Node? below, byte b, Stepper into)
    {
        var (phase, at, key) = Unpack(state);
        switch (phase)
        {
            case Start when b == '{':
                into.Open(this, First, below);
                break;
            case First or Next or NextSpaced when b == '"':
                into.Open(this, Pack(Key, at, 0), below);
                break;
            case First or After when b == '}':
                if (_nextRequired[at] == _count)
                    into.Close(below!);
                break;
            case After when b == ',':
                into.Open(this, Pack(Next, at), below);
                break;
            case Next when b == ' ':
                into.Open(this, Pack(NextSpaced, at), below);
                break;
            case Key when b == '"' && _keys.IsBetween(key):
                if (Named(at, key) is >= 0 and var name)
                    into.Open(this, Pack(Colon, name), below);
                break;
            case Key when _keys.Next(key, b) is >= 0 and var longer:
                into.Open(this, Pack(Key, at, longer), below);
                break;
            case Colon when b == ':':
                into.Open(this, Pack(Held, at), below);
                break;
            case Held when b == ' ':
                into.Open(this, Pack(HeldSpaced, at), below);
                break;
            case Held or HeldSpaced:
                into.Begin(_values[at], this, Pack(After, Following(at)), below, b);
                break;
        }
    }

    public override Rest From(long state)
    {
        var (phase, at, key) = Unpack(state);
        return phase switch
        {
            Start => FromFirst.Plus(1),
            First => FromFirst,
            Key => FromKey(at, key),
            Colon => FromValue(at).Plus(1),
            Held or HeldSpaced => FromValue(at),
            After => _rest[at].Plus(1),
            _ => FromKey(at, 0).Plus(1),
        };
    }

    protected override void Prepare()
    {
        for (var i = 0; i <= _count; i++)
            _least[i] = _values[i].Least.Inside;
        _rest[_count] = Rest.Zero;
        for (var i = _count - 1; i >= 0; i--)
            _rest[i] = _required[i] ? _least[i].Plus(4L + (_keyBytes[i] == int.MaxValue ? Rest.Endless : _keyBytes[i])).Then(_rest[i + 1]) : _rest[i + 1];
    }

    private Rest FromFirst => _nextRequired[0] == _count ? new(1, 0) : _rest[0];

    private static long Pack(int phase, int at, int key = 0) => ((long)key << (Phases + Places)) | ((long)at << Phases) | (long)phase;

    private static (int Phase, int At, int Key) Unpack(long state) =>
        ((int)state & ((1 << Phases) - 1), (int)(state >> Phases) & ((1 << Places) - 1), (int)(state >> (Phases + Places)));

    private int Following(int name) => Math.Min(name + 1, _count);

    private bool OthersAt(int at) => _others && _nextRequired[at] == _count;

    /// <summary>The name that ends in a state; the number of listed names for another one, −1 for none.</summary>
    private int Named(int at, int key)
    {
        if (_keys.NameAt(key) is >= 0 and var name)
            return name >= at && name <= _nextRequired[at] ? name : -1;
        return OthersAt(at) && _keys.OtherAt(key) ? _count : -1;
    }

    private Rest FromValue(int name) => _least[name].Then(_rest[Following(name)]).Plus(1);

    private Rest FromKey(int at, int key)
    {
        var least = OthersAt(at) ? FromValue(_count).Plus(2 + _keys.ToOther(key)) : Rest.None;
        foreach (var name in _keys.Under(key))
        {
            if (name > _nextRequired[at])
                break;
            if (name >= at)
                least = Rest.Least(least, FromValue(name).Plus(2 + _keys.ToName(key, name)));
        }
        return least;
    }
}
