namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>Sets of characters in a pattern: classes, escapes and the dot, as ranges that need not be in order.</summary>
internal static class PatternSets
{
    private static readonly (int Low, int High)[] Digit = [('0', '9')];
    private static readonly (int Low, int High)[] Word = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
    private static readonly (int Low, int High)[] Space = [(9, 13), (' ', ' ')];
    private static readonly (int Low, int High)[] AnySpace = [(9, 13), (' ', ' '), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680), (0x180E, 0x180E), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)];

    /// <summary>What the dot stands for: everything but the ends of lines.</summary>
    public static IReadOnlyList<(int Low, int High)> Dot { get; } = Not([(10, 10), (13, 13), (0x2028, 0x2029)]);

    /// <summary>Reads a class, of which the bracket was read.</summary>
    public static IReadOnlyList<(int Low, int High)> Class(PatternReader pattern)
    {
        var negated = pattern.Take('^');
        List<(int Low, int High)> set = [];
        while (!pattern.IsAtEnd && pattern.Next != ']')
        {
            var low = Member(pattern, set);
            if (low >= 0 && !pattern.IsAtEnd && pattern.Next == '-' && pattern.Second is not (null or ']'))
            {
                pattern.Read();
                var high = Member(pattern, set);
                set.Add(high >= low ? (low, high) : throw pattern.Error("a range runs backwards"));
            }
            else if (low >= 0)
            {
                set.Add((low, low));
            }
        }
        return !pattern.Take(']') ? throw pattern.Error("a class is not closed") : negated ? Not(set) : set;
    }

    /// <summary>Reads an escape, of which the backslash was read.</summary>
    public static IReadOnlyList<(int Low, int High)> Escaped(PatternReader pattern)
    {
        if (pattern.IsAtEnd)
            throw pattern.Error("a backslash ends it");
        return pattern.Read() switch
        {
            'd' => Digit,
            'D' => Not(Digit),
            'w' => Word,
            'W' => [.. Not(Word).Where(range => range.Low < 0x80).Select(range => (range.Low, Math.Min(range.High, 0x7F)))],
            's' => Space,
            'S' => Not(AnySpace),
            't' => One(9),
            'n' => One(10),
            'v' => One(11),
            'f' => One(12),
            'r' => One(13),
            'x' => One(pattern.Hex(2)),
            'u' when !pattern.Take('{') => One(pattern.Hex(4)),
            var c when !char.IsLetterOrDigit(c) => One(c),
            var c => throw pattern.Error($"the escape \\{c} is not supported"),
        };
    }

    // Of a class: one character, or -1 where it is a set of its own, which is then added.
    private static int Member(PatternReader pattern, List<(int Low, int High)> set)
    {
        var c = pattern.Read();
        if (c != '\\')
            return pattern.Whole(c);
        if (pattern.Take('b'))
            return '\b';
        var escaped = Escaped(pattern);
        if (escaped is [var (low, high)] && low == high)
            return low;
        set.AddRange(escaped);
        return -1;
    }

    private static (int Low, int High)[] One(int character) => [(character, character)];

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
}
