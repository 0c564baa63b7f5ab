using System.Text;
using System.Text.RegularExpressions;

namespace Aigc.DataSupply.Rules;

/// <summary>C4's cleaning (Raffel et al. 2020) without the terminal-punctuation rule: citation marks out, bad lines out.</summary>
internal sealed class LineCleaner(CleaningSpec spec)
{
    private readonly Regex _strip = new(spec.StripPattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>The text without dropped lines; blank lines between paragraphs stay, once.</summary>
    public string Clean(string text)
    {
        var stripped = text.Contains('[', StringComparison.Ordinal) ? _strip.Replace(text, "") : text;
        var kept = new StringBuilder(stripped.Length);
        var blank = false;
        foreach (var range in stripped.AsSpan().Split('\n'))
        {
            var line = stripped.AsSpan(range).Trim();
            if (line.IsEmpty)
            {
                blank = kept.Length > 0;
            }
            else if (!Drops(line))
            {
                kept.Append(kept.Length == 0 ? "" : blank ? "\n\n" : "\n").Append(line);
                blank = false;
            }
        }

        return kept.ToString();
    }

    private bool Drops(ReadOnlySpan<char> line)
    {
        int words = 0, longest = 0;
        foreach (var token in line.Split(' '))
        {
            var length = token.End.Value - token.Start.Value;
            words += length > 0 ? 1 : 0;
            longest = Math.Max(longest, length);
        }

        if (longest > spec.MaxWordLength)
        {
            return true;
        }

        if (words < spec.MinWordsPerLine && Words.Of(line).Count < spec.MinWordsPerLine)
        {
            return true;
        }

        foreach (var phrase in spec.DropLinesContaining)
        {
            if (line.Contains(phrase, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
