namespace Aigc.DataSupply.Rules;

/// <summary>Counts sentences without a model: a full stop, question or exclamation mark that something other than a small letter follows.</summary>
internal static class Sentences
{
    private static readonly string[] Abbreviations = ["e.g", "i.e", "etc", "cf", "vs", "dr", "mr", "mrs", "ms", "st", "no", "fig", "p", "pp", "z.b", "bzw"];

    /// <summary>Number of sentences; a line that ends without a mark ends one too.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        var sentences = 0;
        foreach (var range in Lines.Of(text))
        {
            sentences += CountLine(text[range]);
        }

        return sentences;
    }

    private static int CountLine(ReadOnlySpan<char> line)
    {
        int sentences = 0, start = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] is '。' or '！' or '？' || (line[i] is '.' or '?' or '!' or '।' && EndsHere(line, start, i)))
            {
                sentences++;
                start = i + 1;
            }
        }

        return sentences + (line[start..].ContainsAnyInRange('0', '\uFFFF') ? 1 : 0);
    }

    private static bool EndsHere(ReadOnlySpan<char> line, int start, int mark)
    {
        var next = mark + 1;
        while (next < line.Length && line[next] is '"' or '\'' or ')' or ']' or '”' or '’' or '»')
        {
            next++;
        }

        if (next >= line.Length)
        {
            return true;
        }

        if (!char.IsWhiteSpace(line[next]))
        {
            return false;
        }

        while (next < line.Length && char.IsWhiteSpace(line[next]))
        {
            next++;
        }

        if (next < line.Length && char.IsLower(line[next]))
        {
            return false;
        }

        var word = line[start..mark];
        word = word[(word.LastIndexOf(' ') + 1)..].TrimStart("([\"'");
        foreach (var abbreviation in Abbreviations)
        {
            if (word.Equals(abbreviation, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
