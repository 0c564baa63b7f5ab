using Aigc.Provenance.Labels;
using Aigc.Provenance.Placing;

namespace Aigc.Provenance.Reading;

/// <summary>
/// Reads the few lines of front matter that matter, without a YAML library: no aliases, no tags, no depth, so no bombs either. Knows the block
/// form that <see cref="MarkdownMarks"/> writes, and the inner object as JSON on one line, as others write it.
/// </summary>
internal static class MarkdownReader
{
    private const int MostFrontMatterLines = 500;

    public static MarkReport Read(string text, ReadKey? key)
    {
        var lines = text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        var end = lines is [var first, ..] && first.TrimEnd() == MarkdownMarks.Fence
            ? Array.FindIndex(lines, 1, Math.Min(lines.Length - 1, MostFrontMatterLines), line => line.TrimEnd() is MarkdownMarks.Fence or "...")
            : -1;
        var (label, contentId) = end > 0 ? FrontMatter(lines.AsSpan(1, end - 1)) : (null, null);
        var (visible, body) = Split(lines, end + 1);
        return MarkReader.Report("markdown", label, visible, body, contentId, key);
    }

    private static (LabelReading? Label, string? ContentId) FrontMatter(ReadOnlySpan<string> lines)
    {
        LabelReading? label = null;
        string? contentId = null;
        List<KeyValuePair<string, string>>? fields = null;
        foreach (var line in lines)
        {
            if (string.IsNullOrWhiteSpace(line) || line.TrimStart().StartsWith('#'))
                continue;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                continue;
            var name = YamlScalar.Unquote(line[..colon]) ?? "";
            var value = YamlScalar.Unquote(line[(colon + 1)..]) ?? "";
            if (char.IsWhiteSpace(line[0]))
            {
                fields?.Add(new(name, value));
                continue;
            }

            Close(ref label, ref fields);
            if (name == AigcLabel.Key && value.StartsWith('{'))
                label ??= LabelReader.ReadJson(value);
            else if (name == AigcLabel.Key)
                fields = value.Length == 0 ? [] : [new(nameof(AigcLabel.Label), value)];
            else if (name == "contentId")
                contentId = value;
        }

        Close(ref label, ref fields);
        return (label, contentId);
    }

    private static void Close(ref LabelReading? label, ref List<KeyValuePair<string, string>>? fields)
    {
        if (fields is not null)
            label ??= LabelReader.Read(fields);
        fields = null;
    }

    // The visible line is the first paragraph, alone on its line; anywhere else it may be the model's own words.
    private static (string? Visible, string Body) Split(string[] lines, int start)
    {
        while (start < lines.Length && string.IsNullOrWhiteSpace(lines[start]))
            start++;
        if (start >= lines.Length)
            return (null, "");
        var line = lines[start].Trim().TrimStart('>', '*', '_', ' ').TrimEnd('*', '_', ' ');
        var alone = start + 1 >= lines.Length || string.IsNullOrWhiteSpace(lines[start + 1]);
        return alone && VisibleLine.IsVisibleLine(line)
            ? (line, string.Join('\n', lines[(start + 1)..]))
            : (null, string.Join('\n', lines[start..]));
    }
}
