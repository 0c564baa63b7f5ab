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
    private const int Deepest = 50;

    private readonly ByteNfa _nfa;
    private readonly PatternReader _text;
    private int _depth;

    private Pattern(string text, Location place, Budget budget) => (_text, _nfa) = (new(text, place), new(place, budget));

    /// <exception cref="SchemaException">It is not a pattern, or not one of these, or too large.</exception>
    public static Dfa Build(string text, Location place, Budget budget)
    {
        var pattern = new Pattern(text, place, budget);
        var (start, end) = (pattern._nfa.Add(), pattern._nfa.Add());
        do
            pattern.Branch(start, end);
        while (pattern._text.Take('|'));
        return pattern._text.IsAtEnd ? pattern._nfa.Build(start, end) : throw pattern._text.Error("a bracket closes nothing");
    }

    /// <summary>One alternative of the whole pattern: not anchored means anything may stand before and after.</summary>
    private void Branch(int start, int end)
    {
        var from = _nfa.Add();
        _nfa.Empty(start, from);
        if (!_text.Take('^'))
            _nfa.Range(from, 0, Last, from);
        var after = Sequence(from, top: true);
        if (!_text.Take('$'))
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
        while (!_text.IsAtEnd && _text.Next is not ('|' or ')') && !(top && _text.Next == '$' && _text.Second is null or '|'))
        {
            var begin = _text.At;
            var once = Atom(from);
            from = PatternRepetition.Read(_text) is { } times ? Repeated(begin, from, times) : once;
        }
        return from;
    }

    /// <summary>The atom is read again for each copy; the first reading's states stay unused.</summary>
    private int Repeated(int begin, int from, PatternRepetition times)
    {
        for (var i = 0; i < times.Least; i++)
            from = Again(begin, from);
        if (times.Most is null)
        {
            var (loop, body) = (_nfa.Add(), _nfa.Add());
            _nfa.Empty(from, loop);
            _nfa.Empty(loop, body);
            _nfa.Empty(Again(begin, body), loop);
            from = loop;
        }
        var done = _nfa.Add();
        _nfa.Empty(from, done);
        for (var i = times.Least; i < times.Most; i++)
            _nfa.Empty(from = Again(begin, from), done);
        return done;
    }

    private int Again(int begin, int from)
    {
        var (after, fresh) = (_text.At, _nfa.Add());
        _nfa.Empty(from, fresh);
        _text.At = begin;
        var to = Atom(fresh);
        _text.At = after;
        return to;
    }

    private int Atom(int from)
    {
        var to = _nfa.Add();
        switch (_text.Read())
        {
            case '(':
                Group(from, to);
                return to;
            case '[':
                return Set(from, to, PatternSets.Class(_text));
            case '.':
                return Set(from, to, PatternSets.Dot);
            case '\\':
                return Set(from, to, PatternSets.Escaped(_text));
            case '^' or '$':
                throw _text.Error("^ and $ are supported at the beginning and the end of the pattern alone");
            case '*' or '+' or '?' or '{':
                throw _text.Error("a repetition has nothing to repeat");
            case var c:
                var rune = _text.Whole(c);
                return Set(from, to, [(rune, rune)]);
        }
    }

    private void Group(int from, int to)
    {
        if (++_depth > Deepest)
            throw _text.Error("groups are nested too deeply");
        if (_text.Take('?') && !_text.Take(':'))
            throw _text.Error("groups that begin with '?' other than '(?:' are not supported");
        do
            _nfa.Empty(Sequence(from, top: false), to);
        while (_text.Take('|'));
        if (!_text.Take(')'))
            throw _text.Error("a group is not closed");
        _depth--;
    }

    private int Set(int from, int to, IReadOnlyList<(int Low, int High)> ranges)
    {
        foreach (var (low, high) in ranges)
            _nfa.Range(from, low, high, to);
        return to;
    }
}
