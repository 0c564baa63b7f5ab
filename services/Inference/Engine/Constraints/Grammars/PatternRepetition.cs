using System.Globalization;

namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>How often an atom stands.</summary>
/// <param name="Least">At the least.</param>
/// <param name="Most">At the most; null for without end.</param>
internal readonly record struct PatternRepetition(int Least, int? Most)
{
    private const int Limit = 1000;

    /// <summary>Reads what follows an atom; null where it stands once.</summary>
    public static PatternRepetition? Read(PatternReader pattern)
    {
        if (pattern.IsAtEnd)
            return null;
        PatternRepetition? read = pattern.Next switch
        {
            '*' => new(0, null),
            '+' => new(1, null),
            '?' => new(0, 1),
            '{' => Counted(pattern),
            _ => null,
        };
        if (read is null)
            return null;
        pattern.Read();
        // A lazy quantifier matches the same texts.
        pattern.Take('?');
        return pattern.IsAtEnd || pattern.Next is not ('*' or '+' or '{') ? read : throw pattern.Error("a repetition is repeated");
    }

    // Leaves the closing brace, as the others leave their sign.
    private static PatternRepetition Counted(PatternReader pattern)
    {
        pattern.Read();
        var parts = pattern.Until('}')?.Split(',') ?? [];
        var most = 0;
        if (parts.Length is 0 or > 2 || !Number(parts[0], out var least) || (parts is [_, not ""] && !Number(parts[1], out most)))
            throw pattern.Error("a repetition is {n}, {n,} or {n,m}");
        int? end = parts.Length == 1 ? least : parts[1].Length == 0 ? null : most;
        return least > Limit || end > Limit || end < least ? throw pattern.Error("a repetition is at most 1000 and grows") : new(least, end);
    }

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
