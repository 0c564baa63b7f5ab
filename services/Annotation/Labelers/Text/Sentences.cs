namespace Aigc.Annotation.Labelers.Text;

/// <summary>Cuts running text into sentences. Lines without a full stop (headings, code, table cells) are no sentences.</summary>
internal static class Sentences
{
    private const int Shortest = 4;
    private const int Longest = 60;
    private const int MostSentences = 400;

    private static readonly string[] Abbreviations = ["e.g.", "i.e.", "etc.", "vs.", "cf.", "approx.", "Mr.", "Mrs.", "Dr.", "No.", "Fig.", "St."];

    /// <summary>Sentences in the order of the text, white space collapsed; the first ones of a very long text.</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        var sentences = new List<string>();
        foreach (var paragraph in text.ReplaceLineEndings("\n").Split("\n\n"))
        {
            var flat = string.Join(' ', paragraph.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            var start = 0;
            for (var i = 0; i < flat.Length && sentences.Count < MostSentences; i++)
            {
                if (!IsEnd(flat, start, i))
                    continue;
                Add(sentences, flat[start..(i + 1)].Trim());
                start = i + 1;
            }
        }

        return sentences;
    }

    private static bool IsEnd(string text, int start, int i)
    {
        if (text[i] is '。' or '！' or '？')
            return true;
        if (text[i] is not ('.' or '!' or '?'))
            return false;
        if (i + 1 < text.Length && (text[i + 1] != ' ' || (i + 2 < text.Length && char.IsLower(text[i + 2]))))
            return false;
        var before = text.AsSpan(start, i + 1 - start);
        foreach (var abbreviation in Abbreviations)
        {
            if (before.EndsWith(abbreviation, StringComparison.Ordinal) && i + 1 < text.Length)
                return false;
        }

        return true;
    }

    private static void Add(List<string> sentences, string sentence)
    {
        var words = sentence.Count(c => c == ' ') + 1;
        var letters = sentence.Count(char.IsLetter);
        if (words is >= Shortest and <= Longest && letters >= sentence.Length * 0.6 && !sentences.Contains(sentence))
            sentences.Add(sentence);
    }
}
