namespace Aigc.DataSupply.Rules;

/// <summary>Lines and paragraphs of a text: trimmed, empty ones left out.</summary>
internal static class Lines
{
    /// <summary>Non-empty lines.</summary>
    public static List<Range> Of(ReadOnlySpan<char> text)
    {
        var lines = new List<Range>();
        foreach (var line in text.Split('\n'))
        {
            Add(text, line.Start.Value, line.End.Value, lines);
        }

        return lines;
    }

    /// <summary>Runs of non-empty lines.</summary>
    public static List<Range> Paragraphs(ReadOnlySpan<char> text)
    {
        var paragraphs = new List<Range>();
        int start = -1, end = 0;
        foreach (var line in text.Split('\n'))
        {
            if (text[line].IsWhiteSpace())
            {
                if (start >= 0)
                {
                    Add(text, start, end, paragraphs);
                }

                start = -1;
                continue;
            }

            start = start < 0 ? line.Start.Value : start;
            end = line.End.Value;
        }

        if (start >= 0)
        {
            Add(text, start, end, paragraphs);
        }

        return paragraphs;
    }

    private static void Add(ReadOnlySpan<char> text, int start, int end, List<Range> ranges)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
        {
            start++;
        }

        while (start < end && char.IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        if (start < end)
        {
            ranges.Add(start..end);
        }
    }
}
