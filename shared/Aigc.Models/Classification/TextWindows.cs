namespace Aigc.Models.Classification;

/// <summary>
/// Cuts a long text into overlapping windows, each of which is classified alone: the text has the largest score of its windows, label by label. A classifier weighs a
/// text's n-grams against each other, so a sentence that is flagged alone drowns in a long harmless text, and n-grams behind the largest number would not be seen at all.
/// </summary>
public static class TextWindows
{
    const int Least = 20;

    /// <summary>The text itself where it is short, else its words in windows, in their order; cut between words where there are any near the end.</summary>
    public static IEnumerable<string> Of(FeatureShape shape, string text)
    {
        // As the classifier reads them: a single sign may stand for eighteen letters.
        var words = string.Join(' ', PlainWords.Of(text));
        var longest = Longest(shape);
        return words.Length <= longest ? [text] : Cut(words, longest, Overlap(longest));
    }

    /// <summary>
    /// Most characters of a window: what the model says, and no more than it looks at n-grams. A word of L letters has at most L + 3 − o of its o-grams, its two edges
    /// included, and takes L + 1 characters of the text: no more than one a character, or one and a half where o is 1. N-grams of words are one for two characters at most.
    /// </summary>
    public static int Longest(FeatureShape shape) =>
        Math.Max(Least, Math.Min(shape.Window, 2 * shape.MaxFeatures / Math.Max(1, shape.WordOrders.Count + shape.CharacterOrders.Sum(order => order == 1 ? 3 : 2))));

    /// <summary>Characters that two windows share, so that a sentence on the border is whole in one of them.</summary>
    public static int Overlap(int longest) => longest / 5;

    static IEnumerable<string> Cut(string text, int longest, int overlap)
    {
        var start = 0;
        for (var end = End(text, start, longest, overlap); end < text.Length; end = End(text, start, longest, overlap))
        {
            yield return text[start..end];
            start = After(text, end - overlap, end);
        }

        yield return text[start..];
    }

    static int End(string text, int start, int longest, int overlap)
    {
        if (text.Length - start <= longest)
            return text.Length;
        var end = start + longest;
        for (var cut = end; cut > end - overlap; cut--)
        {
            if (text[cut - 1] == ' ')
                return cut;
        }

        return Whole(text, end);
    }

    static int After(string text, int start, int before)
    {
        for (var cut = start; cut < before; cut++)
        {
            if (text[cut - 1] == ' ')
                return cut;
        }

        return Whole(text, start);
    }

    // Not between the halves of a character.
    static int Whole(string text, int cut) => char.IsLowSurrogate(text[cut]) && char.IsHighSurrogate(text[cut - 1]) ? cut - 1 : cut;
}
