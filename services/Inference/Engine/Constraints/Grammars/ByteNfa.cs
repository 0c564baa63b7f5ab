using System.Text;
using Aigc.Inference.Engine.Constraints.Schemas;

namespace Aigc.Inference.Engine.Constraints.Grammars;

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
