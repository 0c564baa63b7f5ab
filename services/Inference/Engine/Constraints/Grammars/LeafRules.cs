using System.Text;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>A number, or a string with a pattern: a small automaton.</summary>
internal sealed class DfaRule(Dfa dfa, bool[] usable) : LeafRule
{
    private readonly long[] _distances = Rest.Distances(dfa, dfa.Accepts, usable);
    private readonly bool[] _last = [.. dfa.Next.Select(row => row.All(next => next < 0))];

    public override bool EndsUnseen { get; } = Enumerable.Range(0, dfa.Next.Count).Any(s => dfa.Accepts[s] && dfa.Next[s].Any(next => next >= 0));

    public override Rest From(long state) => new(_distances[state], 0);

    public override bool MayEnd(long state) => dfa.Accepts[(int)state];

    protected override long Next(long state, byte b) => dfa.Next[(int)state][b];

    protected override bool IsLast(long state) => _last[state];
}

/// <summary>Listed texts. A state is the range of sorted texts that begin alike, and how many bytes of them were read.</summary>
internal sealed class ListedRule : LeafRule
{
    private const int Bits = 20;
    private const long Low = (1L << Bits) - 1;
    private readonly byte[][] _texts;
    private readonly int[] _unusable; // one past the last byte of a text that has no token of its own

    /// <summary>Lists texts; all are shorter than 2^20 bytes and at most as many.</summary>
    public ListedRule(IEnumerable<string> texts, bool[] usable)
    {
        _texts = [.. texts.Distinct(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes)];
        Array.Sort(_texts, (a, b) => a.AsSpan().SequenceCompareTo(b));
        _unusable = [.. _texts.Select(text => Array.FindLastIndex(text, b => !usable[b]) + 1)];
    }

    public override bool EndsUnseen => Enumerable.Range(1, _texts.Length - 1).Any(i => _texts[i].AsSpan().StartsWith(_texts[i - 1]));

    public override Rest From(long state)
    {
        var (low, high, at) = Unpack(state);
        var least = Rest.None;
        for (var i = low; i < high; i++)
        {
            if (_unusable[i] <= at)
                least = Rest.Least(least, new(_texts[i].Length - at, 0));
        }
        return least;
    }

    // The shortest of texts that begin alike is the first.
    public override bool MayEnd(long state) => Unpack(state) is var (low, _, at) && _texts[low].Length == at;

    protected override bool IsLast(long state) => Unpack(state) is var (low, high, _) && high == low + 1;

    protected override long Next(long state, byte b)
    {
        var (low, high, at) = Unpack(state);
        while (low < high && (_texts[low].Length <= at || _texts[low][at] < b))
            low++;
        var end = low;
        while (end < high && _texts[end][at] == b)
            end++;
        return low == end ? -1 : ((long)low << (2 * Bits)) | ((long)end << Bits) | (long)(at + 1);
    }

    private (int Low, int High, int At) Unpack(long state) => state == 0 ? (0, _texts.Length, 0) : ((int)(state >> (2 * Bits)), (int)((state >> Bits) & Low), (int)(state & Low));
}

/// <summary>
/// A string whose characters are counted. Only characters of the basic plane: there those who count UTF-16 units and those who count characters agree.
/// </summary>
internal sealed class CountedRule(int min, int max, bool[] usable) : LeafRule
{
    private const int Bits = 6, Quoted = 1 << 5;
    private const long Closed = long.MaxValue >> 1;
    private readonly long[] _chars = Distances(usable);

    public override Rest From(long state)
    {
        if (state == Closed)
            return Rest.Zero;
        if ((state & Quoted) == 0)
            return new(2 + (long)min, 0);
        var (character, count) = ((int)state & (Quoted - 1), state >> Bits);
        var open = character != JsonChars.Between;
        return _chars[character] < Rest.Endless ? new(_chars[character] + Math.Max(0, min - count - (open ? 1 : 0)) + 1, 0) : Rest.None;
    }

    public override bool MayEnd(long state) => state == Closed;

    public override long Alike(long state, int bytes)
    {
        if (state == Closed || (state & Quoted) == 0)
            return state;
        var (low, count) = (state & ((1 << Bits) - 1), state >> Bits);
        if (count >= min && (max < 0 || max - count > bytes + 1))
            return ((long)min << Bits) | low;
        return min - count > bytes + 1 ? low : state;
    }

    protected override bool IsLast(long state) => true;

    protected override long Next(long state, byte b)
    {
        if (state == Closed)
            return -1;
        if ((state & Quoted) == 0)
            return b == '"' ? Quoted : -1;
        var (character, count) = ((int)state & (Quoted - 1), state >> Bits);
        if (character == JsonChars.Between)
        {
            if (b == '"')
                return count >= min ? Closed : -1;
            if (count == max || b >= 0xF0)
                return -1;
        }
        var next = JsonChars.Canonical(character, b);
        if (next < 0)
            return -1;
        if (next == JsonChars.Between && (max >= 0 || count < min))
            count++;
        return (count << Bits) | Quoted | (long)next;
    }

    private static long[] Distances(bool[] usable)
    {
        var distances = Enumerable.Repeat(Rest.Endless, Quoted).ToArray();
        distances[JsonChars.Between] = 0;
        for (var changed = true; changed;)
        {
            changed = false;
            for (var state = 1; state < 26; state++)
            {
                for (var b = 0; b < 256; b++)
                {
                    if (!usable[b] || JsonChars.Canonical(state, (byte)b) is not (>= 0 and var next) || distances[next] + 1 >= distances[state])
                        continue;
                    (distances[state], changed) = (distances[next] + 1, true);
                }
            }
        }
        return distances;
    }
}
