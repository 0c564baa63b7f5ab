using System.Buffers;
using Aigc.DataSupply.Languages;

namespace Aigc.DataSupply.Rules;

/// <summary>A word: a run of text between blanks, without the punctuation around it. Scripts written without blanks give one word a character.</summary>
internal readonly record struct Word(int Start, int Length, ulong Hash, bool HasLetter);

/// <summary>Cuts text into words and hashes them. Hashes are fixed for all time: they decide what is a duplicate.</summary>
internal static class Words
{
    /// <summary>The words of a text that are not mere symbols.</summary>
    public static List<Word> Of(ReadOnlySpan<char> text)
    {
        var words = new List<Word>(text.Length / 6);
        var i = 0;
        while (i < text.Length)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }

            var start = i;
            while (i < text.Length && !char.IsWhiteSpace(text[i]))
            {
                i++;
            }

            AddToken(text, start, i, words);
        }

        return words;
    }

    /// <summary>Hash of characters: FNV-1a over UTF-16 units, then a finaliser that spreads the low bits.</summary>
    public static ulong Hash(ReadOnlySpan<char> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return Mix(hash);
    }

    /// <summary>The same of the lower-case text.</summary>
    public static ulong HashLower(ReadOnlySpan<char> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = (hash ^ char.ToLowerInvariant(c)) * 1099511628211UL;
        }

        return Mix(hash);
    }

    /// <summary>Hash of a sequence from the hash of its head and its next element.</summary>
    public static ulong Combine(ulong head, ulong next) => Mix((head * 0x9E3779B97F4A7C15UL) + next);

    /// <summary>SplitMix64's finaliser.</summary>
    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }

    private static void AddToken(ReadOnlySpan<char> text, int start, int end, List<Word> words)
    {
        var from = start;
        for (var i = start; i < end; i++)
        {
            if (Scripts.Of(text[i]) is Script.Han or Script.Kana or Script.Thai)
            {
                AddWord(text, from, i, words);
                words.Add(new(i, 1, Hash(text.Slice(i, 1)), HasLetter: true));
                from = i + 1;
            }
        }

        AddWord(text, from, end, words);
    }

    private static void AddWord(ReadOnlySpan<char> text, int start, int end, List<Word> words)
    {
        while (start < end && !char.IsLetterOrDigit(text[start]))
        {
            start++;
        }

        while (start < end && !char.IsLetterOrDigit(text[end - 1]))
        {
            end--;
        }

        if (start == end)
        {
            return;
        }

        var word = text[start..end];
        var hasLetter = word.ContainsAny(AsciiLetters);
        for (var i = 0; i < word.Length && !hasLetter; i++)
        {
            hasLetter = char.IsLetter(word[i]);
        }

        words.Add(new(start, word.Length, Hash(word), hasLetter));
    }

    private static readonly SearchValues<char> AsciiLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
}
