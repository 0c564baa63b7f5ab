using System.Globalization;
using System.Text;
using Aigc.Inference.Engine.Constraints.Schemas;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>
/// The regular part of ECMA-262's patterns (characters, classes, groups, alternatives, repetition, ^ at the beginning and $ at the end), compiled
/// to an automaton over the canonical bytes of a JSON string. Classes and the dot take characters of the basic plane alone: there readers that count
/// UTF-16 units and readers that count characters agree. \d, \w and \s are ASCII's.
/// </summary>
internal sealed class Pattern
{
    private const int Last = 0x10FFFF;
    private static readonly (int Low, int High)[] Digit = [('0', '9')];
    private static readonly (int Low, int High)[] Word = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
    private static readonly (int Low, int High)[] Space = [(9, 13), (' ', ' ')];
    private static readonly (int Low, int High)[] AnySpace = [(9, 13), (' ', ' '), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x180E, 0x180E), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)];

    private readonly ByteNfa _nfa;
    private readonly string _text;
    private readonly Location _place;
    private int _at;
    private int _depth;

    private Pattern(string text, Location place, Budget budget) => (_text, _place, _nfa) = (text, place, new(place, budget));

    public static Dfa Build(string text, Location place, Budget budget)
    {
        var pattern = new Pattern(text, place, budget);
        var (start, end) = (pattern._nfa.Add(), pattern._nfa.Add());
        do
            pattern.Branch(start, end);
        while (pattern.Take('|'));
        return pattern._at == text.Length ? pattern._nfa.Build(start, end) : throw pattern.Error("a bracket closes nothing");
    }

    /// <summary>One alternative of the whole pattern: not anchored means anything may stand before and after.</summary>
    private void Branch(int start, int end)
    {
        var from = _nfa.Add();
        _nfa.Empty(start, from);
        if (!Take('^'))
            _nfa.Range(from, 0, Last, from);
        var after = Sequence(from, top: true);
        if (!Take('$'))
        {
            var rest = _nfa.Add();
            _nfa.Empty(after, rest);
            _nfa.Range(rest, 0, Last, rest);
            after = rest;
        }
        _nfa.Empty(after, end);
    }

    private int Sequence(int from, bool top)
    {
        while (_at < _text.Length && _text[_at] is not ('|' or ')') && !(top && _text[_at] == '$' && (_at + 1 == _text.Length || _text[_at + 1] == '|')))
        {
            var begin = _at;
            var (least, most) = (1, 1);
            var to = Atom(from);
            var end = _at;
            if (!Quantifier(out least, out most))
            {
                from = to;
                continue;
            }
            // The atom is read again for each copy; the first reading's states stay unused.
            for (var i = 0; i < least; i++)
                from = Again(begin, from);
            if (most < 0)
            {
                var (loop, body) = (_nfa.Add(), _nfa.Add());
                _nfa.Empty(from, loop);
                _nfa.Empty(loop, body);
                _nfa.Empty(Again(begin, body), loop);
                from = loop;
            }
            var done = _nfa.Add();
            _nfa.Empty(from, done);
            for (var i = least; i < most; i++)
                _nfa.Empty(from = Again(begin, from), done);
            from = done;
            _ = end;
        }
        return from;
    }

    private int Again(int begin, int from)
    {
        var (after, fresh) = (_at, _nfa.Add());
        _nfa.Empty(from, fresh);
        _at = begin;
        var to = Atom(fresh);
        _at = after;
        return to;
    }

    private bool Quantifier(out int least, out int most)
    {
        (least, most) = (1, 1);
        if (_at == _text.Length)
            return false;
        switch (_text[_at])
        {
            case '*':
                (least, most) = (0, -1);
                break;
            case '+':
                (least, most) = (1, -1);
                break;
            case '?':
                (least, most) = (0, 1);
                break;
            case '{':
                var close = _text.IndexOf('}', _at);
                var parts = close < 0 ? [] : _text[(_at + 1)..close].Split(',');
                if (parts.Length is 0 or > 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out least))
                    throw Error("a repetition is {n}, {n,} or {n,m}");
                most = least;
                if (parts.Length == 2 && parts[1].Length == 0)
                    most = -1;
                else if (parts.Length == 2 && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out most))
                    throw Error("a repetition is {n}, {n,} or {n,m}");
                if (least > 1000 || most > 1000 || (most >= 0 && most < least))
                    throw Error("a repetition is at most 1000 and grows");
                _at = close;
                break;
            default:
                return false;
        }
        _at++;
        // A lazy quantifier matches the same texts.
        Take('?');
        return _at == _text.Length || _text[_at] is not ('*' or '+' or '{') ? true : throw Error("a repetition is repeated");
    }

    private int Atom(int from)
    {
        var to = _nfa.Add();
        switch (_text[_at++])
        {
            case '(':
                if (++_depth > 50)
                    throw Error("groups are nested too deeply");
                if (Take('?') && !Take(':'))
                    throw Error("groups that begin with '?' other than '(?:' are not supported");
                do
                    _nfa.Empty(Sequence(from, top: false), to);
                while (Take('|'));
                if (!Take(')'))
                    throw Error("a group is not closed");
                _depth--;
                return to;
            case '[':
                return Set(from, to, Class());
            case '.':
                return Set(from, to, Not([(10, 10), (13, 13), (0x2028, 0x2029)]));
            case '\\':
                return Set(from, to, Escaped());
            case '^' or '$':
                throw Error("^ and $ are supported at the beginning and the end of the pattern alone");
            case '*' or '+' or '?' or '{':
                throw Error("a repetition has nothing to repeat");
            case var c:
                var rune = char.IsSurrogate(c) ? Wide(c) : c;
                return Set(from, to, [(rune, rune)]);
        }
    }

    private int Wide(char high) => _at < _text.Length && char.IsSurrogatePair(high, _text[_at]) ? char.ConvertToUtf32(high, _text[_at++]) : throw Error("half of a surrogate pair");

    private List<(int Low, int High)> Class()
    {
        var negated = Take('^');
        List<(int Low, int High)> set = [];
        while (_at < _text.Length && _text[_at] != ']')
        {
            var low = Member(set);
            if (low >= 0 && _at + 1 < _text.Length && _text[_at] == '-' && _text[_at + 1] != ']')
            {
                _at++;
                var high = Member(set);
                set.Add(high >= low ? (low, high) : throw Error("a range runs backwards"));
            }
            else if (low >= 0)
            {
                set.Add((low, low));
            }
        }
        return !Take(']') ? throw Error("a class is not closed") : negated ? Not(set) : set;
    }

    private int Member(List<(int Low, int High)> set)
    {
        var c = _text[_at++];
        if (char.IsSurrogate(c))
            return Wide(c);
        if (c != '\\')
            return c;
        if (Take('b'))
            return '\b';
        var escaped = Escaped();
        if (escaped.Count == 1 && escaped[0].Low == escaped[0].High)
            return escaped[0].Low;
        set.AddRange(escaped);
        return -1;
    }

    private List<(int Low, int High)> Escaped()
    {
        if (_at == _text.Length)
            throw Error("a backslash ends it");
        switch (_text[_at++])
        {
            case 'd': return [.. Digit];
            case 'D': return Not(Digit);
            case 'w': return [.. Word];
            case 'W': return [.. Not(Word).Where(range => range.Low < 0x80).Select(range => (range.Low, Math.Min(range.High, 0x7F)))];
            case 's': return [.. Space];
            case 'S': return Not(AnySpace);
            case 't': return [(9, 9)];
            case 'n': return [(10, 10)];
            case 'v': return [(11, 11)];
            case 'f': return [(12, 12)];
            case 'r': return [(13, 13)];
            case 'x': return Hex(2);
            case 'u' when !Take('{'): return Hex(4);
            case var c when !char.IsLetterOrDigit(c): return [(c, c)];
            case var c: throw Error($"the escape \\{c} is not supported");
        }
    }

    private List<(int Low, int High)> Hex(int digits)
    {
        if (_at + digits > _text.Length || !int.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            throw Error("an escape lacks its digits");
        _at += digits;
        return [(code, code)];
    }

    private static List<(int Low, int High)> Not(IEnumerable<(int Low, int High)> set)
    {
        List<(int Low, int High)> rest = [];
        var next = 0;
        foreach (var (low, high) in set.OrderBy(range => range.Low))
        {
            if (low > next)
                rest.Add((next, low - 1));
            next = Math.Max(next, high + 1);
        }
        if (next <= 0xFFFF)
            rest.Add((next, 0xFFFF));
        return rest;
    }

    private int Set(int from, int to, IEnumerable<(int Low, int High)> ranges)
    {
        foreach (var (low, high) in ranges)
            _nfa.Range(from, low, high, to);
        return to;
    }

    private bool Take(char c)
    {
        if (_at == _text.Length || _text[_at] != c)
            return false;
        _at++;
        return true;
    }

    private SchemaException Error(string reason) => _place.Error($"in the pattern '{_text}': {reason}");
}

/// <summary>States with byte ranges between them, on the way from a pattern to its automaton.</summary>
internal sealed class ByteNfa(Location place, Budget budget)
{
    private readonly List<List<(int Low, int High, int To)>> _edges = [];
    private readonly List<List<int>> _empty = [];

    public int Add()
    {
        budget.Spend();
        if (_edges.Count >= 60_000)
            throw place.Error("the pattern is too large");
        _edges.Add([]);
        _empty.Add([]);
        return _edges.Count - 1;
    }

    public void Empty(int from, int to) => _empty[from].Add(to);

    /// <summary>Characters as a JSON string spells them canonically; surrogates are no characters.</summary>
    public void Range(int from, int low, int high, int to)
    {
        for (var c = low; c <= Math.Min(high, 0x7F); c++)
        {
            if (c < 0x20 || c is '"' or '\\')
                Bytes(from, Encoding.ASCII.GetBytes(JsonChars.Spell((char)c)), to);
            else
                _edges[from].Add((c, c, to));
        }
        foreach (var (first, last) in (ReadOnlySpan<(int, int)>)[(0x80, 0x7FF), (0x800, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF)])
        {
            if (Math.Max(low, first) <= Math.Min(high, last))
                Utf8(from, Math.Max(low, first), Math.Min(high, last), to);
        }
    }

    public Dfa Build(int start, int end) => Dfa.Explore(Closed([start]), (string states, byte b, out string next) =>
    {
        var targets = new HashSet<int>();
        foreach (var state in states)
        {
            budget.Spend();
            foreach (var (low, high, to) in _edges[state])
            {
                if (b >= low && b <= high)
                    targets.Add(to);
            }
        }
        next = targets.Count == 0 ? "" : Closed(targets);
        return next.Length > 0;
    }, states => states.Contains((char)end), place, budget, StringComparer.Ordinal);

    private string Closed(IEnumerable<int> states)
    {
        var (open, seen) = (new Stack<int>(states), new SortedSet<int>());
        while (open.TryPop(out var state))
        {
            budget.Spend();
            if (!seen.Add(state))
                continue;
            foreach (var next in _empty[state])
                open.Push(next);
        }
        return string.Concat(seen.Select(state => (char)state));
    }

    private void Bytes(int from, byte[] text, int to)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var next = i + 1 == text.Length ? to : Add();
            _edges[from].Add((text[i], text[i], next));
            from = next;
        }
    }

    /// <summary>Splits a range until both ends differ in one byte alone and what follows it is whole.</summary>
    private void Utf8(int from, int low, int high, int to)
    {
        budget.Spend();
        for (var i = 1; i < 4; i++)
        {
            var mask = (1 << (6 * i)) - 1;
            if ((low & ~mask) == (high & ~mask))
                continue;
            if ((low & mask) != 0)
            {
                Utf8(from, low, low | mask, to);
                Utf8(from, (low | mask) + 1, high, to);
                return;
            }
            if ((high & mask) != mask)
            {
                Utf8(from, low, (high & ~mask) - 1, to);
                Utf8(from, high & ~mask, high, to);
                return;
            }
        }
        Span<byte> first = stackalloc byte[4], last = stackalloc byte[4];
        var length = new Rune(low).EncodeToUtf8(first);
        new Rune(high).EncodeToUtf8(last);
        for (var i = 0; i < length; i++)
        {
            var next = i + 1 == length ? to : Add();
            _edges[from].Add((first[i], last[i], next));
            from = next;
        }
    }
}
