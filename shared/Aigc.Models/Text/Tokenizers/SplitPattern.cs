using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>
/// A <c>pattern</c> of a tokenizer: a literal string, or a regular expression in Oniguruma's language. Expressions come from strangers: the linear
/// engine takes those it can, and the others have a time limit.
/// </summary>
internal sealed class SplitPattern
{
    const int LongestExpression = 8192;
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    readonly string? literal;
    readonly Regex? expression;

    SplitPattern(string? literal, Regex? expression) => (this.literal, this.expression) = (literal, expression);

    public static SplitPattern Read(TokenizerPart part)
    {
        if (part["String"] is { IsNothing: false } text)
            return text.Text() is { Length: > 0 } literal ? new(literal, null) : throw text.Wrong("a string of at least one character");
        var source = part["Regex"];
        var pattern = source.Text();
        if (pattern.Length > LongestExpression)
            throw new FormatException($"{source.Path} has {pattern.Length} characters; {LongestExpression} are allowed");
        return new(null, Compile(pattern, source.Path));
    }

    /// <summary>How long it may take over a text, all its matches together.</summary>
    public TimeSpan Limit => expression?.MatchTimeout ?? Longest;

    /// <summary>An expression of our own, with its own limit.</summary>
    public static SplitPattern Of(Regex expression) => new(null, expression);

    static Regex Compile(string pattern, string path)
    {
        var translated = OnigurumaPattern.Translate(pattern, path);
        try
        {
            try
            {
                return new Regex(translated, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Longest);
            }
            catch (NotSupportedException)
            {
                return new Regex(translated, RegexOptions.CultureInvariant | RegexOptions.Compiled, Longest);
            }
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"{path} is not a regular expression that is understood: {e.Message}", e);
        }
    }

    /// <summary>Calls back with start and end of every match that is not empty.</summary>
    /// <exception cref="FormatException">The expression takes too long on this text.</exception>
    public void Find(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        if (literal is not null)
        {
            for (var at = 0; text[at..].IndexOf(literal, StringComparison.Ordinal) is >= 0 and var next; at += next + literal.Length)
                matches.Add((at + next, at + next + literal.Length));
            return;
        }

        try
        {
            // .NET's expressions see half surrogates; a text with characters beyond the basic plane is matched through its shadow.
            if (text.IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
            {
                FindInShadow(text, matches);
                return;
            }

            var end = End();
            foreach (var match in expression!.EnumerateMatches(text))
            {
                Check(end);
                if (match.Length > 0)
                    matches.Add((match.Index, match.Index + match.Length));
            }
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new FormatException($"the tokenizer's pattern took longer than {Limit.TotalSeconds:0.##} s on a text of {text.Length} characters", e);
        }
    }

    // .NET's limit is one for a single match: thousands of slow ones would pass below it.
    long End() => Limit == Regex.InfiniteMatchTimeout ? long.MaxValue : Environment.TickCount64 + (long)Limit.TotalMilliseconds;

    static void Check(long end)
    {
        if (Environment.TickCount64 > end)
            throw new RegexMatchTimeoutException();
    }

    public string Replace(string text, string content)
    {
        if (literal is not null)
            return text.Replace(literal, content, StringComparison.Ordinal);
        var matches = new List<(int Start, int End)>();
        Find(text, matches);
        var result = new StringBuilder(text.Length);
        var done = 0;
        foreach (var (start, end) in matches)
        {
            result.Append(text, done, start - done).Append(content);
            done = end;
        }

        return result.Append(text, done, text.Length - done).ToString();
    }

    void FindInShadow(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        var shadow = new char[text.Length];
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
            shadow[length++] = rune.IsBmp ? (char)rune.Value : Shadow.Of(rune);
        var (at, place, end) = (0, 0, End());
        foreach (var match in expression!.EnumerateMatches(shadow.AsSpan(0, length)))
        {
            Check(end);
            if (match.Length == 0)
                continue;
            var start = Advance(text, match.Index);
            matches.Add((start, Advance(text, match.Index + match.Length)));
        }

        // Matches come in order, so the place in the text only moves forward.
        int Advance(ReadOnlySpan<char> text, int target)
        {
            for (; at < target; at++)
                place += char.IsHighSurrogate(text[place]) ? 2 : 1;
            return place;
        }
    }

    /// <summary>For every general category one rare character of the basic plane that stands in for the characters beyond it.</summary>
    static class Shadow
    {
        const char Han = '\uFAD9'; // a letter of the Han script outside the ranges that expressions spell out
        static readonly char[] ByCategory = Make();

        public static char Of(Rune rune) => rune.Value is >= 0x20000 and <= 0x323AF && Rune.IsLetter(rune) ? Han : ByCategory[(int)Rune.GetUnicodeCategory(rune)];

        static char[] Make()
        {
            var found = new char[30];
            for (var c = '\uA640'; c < '\uFFFF'; c++)
            {
                ref var place = ref found[(int)CharUnicodeInfo.GetUnicodeCategory(c)];
                if (place == 0)
                    place = c;
            }

            return found;
        }
    }
}
