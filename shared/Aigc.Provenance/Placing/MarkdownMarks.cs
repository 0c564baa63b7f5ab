using System.Globalization;
using System.Text;
using Aigc.Provenance.Labels;

namespace Aigc.Provenance.Placing;

/// <summary>Markdown: the label in the YAML front matter, the visible line as a quotation above the text.</summary>
public static class MarkdownMarks
{
    internal const string Fence = "---";

    /// <summary>The whole file. The same content gives the same bytes.</summary>
    public static string Write(MarkedText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        LabelWriter.Check(text.Label);
        var file = new StringBuilder();
        Line(Fence);
        Key("title", BodyText.OneLine(text.Title));
        Key("date", text.Date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Key("model", BodyText.OneLine(text.Model));
        Key("modelDigest", text.ModelDigest);
        Key("contentId", text.ContentId);
        Line($"{AigcLabel.Key}:");
        foreach (var (name, value) in text.Label.Fields)
            Key("  " + name, value);
        Line(Fence);
        Line("");
        Line("> " + text.Visible);
        Line("");
        Line(BodyText.Canonical(text.Body));
        return file.ToString();

        void Key(string name, string value) => Line($"{name}: {YamlScalar.Quote(value)}");
        void Line(string line) => file.Append(line).Append('\n');
    }
}
