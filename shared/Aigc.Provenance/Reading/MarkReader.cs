using System.Text;
using Aigc.Provenance.Labels;
using Aigc.Provenance.Placing;

namespace Aigc.Provenance.Reading;

/// <summary>
/// Reads final bytes again and lists the marks in them. Knows nothing of what was meant to be written, so that it can stand as the gate before
/// "published" is said. Any bytes are allowed: what cannot be read carries no mark.
/// </summary>
public static class MarkReader
{
    /// <summary>Tells the format by its first characters and reads it; of an Atom feed the first entry.</summary>
    public static MarkReport Read(ReadOnlySpan<byte> bytes, ReadKey? key = null)
    {
        var text = Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF');
        var start = text.AsSpan().TrimStart();
        if (start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
            return HtmlReader.Read(text, key);
        if (start.StartsWith("<?xml") || start.StartsWith("<feed") || start.StartsWith("<entry"))
            return AtomReader.Read(text, key) is [var entry, ..] ? entry : new() { Format = "atom", Issues = [new("no_entry", "No Atom entry can be read.")] };
        return start.StartsWith("{") ? JsonReader.Read(text, key) : MarkdownReader.Read(text, key);
    }

    /// <summary>Reads a Markdown file.</summary>
    public static MarkReport ReadMarkdown(string text, ReadKey? key = null) => MarkdownReader.Read(text, key);

    /// <summary>Reads every entry of an Atom document; none when it is not one.</summary>
    public static IReadOnlyList<MarkReport> ReadAtom(string xml, ReadKey? key = null) => AtomReader.Read(xml, key);

    /// <summary>Reads an HTML page.</summary>
    public static MarkReport ReadHtml(string html, ReadKey? key = null) => HtmlReader.Read(html, key);

    /// <summary>Reads JSON as <see cref="JsonMarks"/> writes it, or such an object under <c>data</c>.</summary>
    public static MarkReport ReadJson(string json, ReadKey? key = null) => JsonReader.Read(json, key);

    internal static MarkReport Report(string format, LabelReading? reading, string? visible, string body, string? contentId, ReadKey? key)
    {
        body = BodyText.Canonical(body);
        var label = reading?.Label;
        List<LabelIssue> issues = [.. reading?.Issues ?? [new("label_missing", "There is no AIGC label.")]];
        var integrity = label is null ? Integrity.Absent : IntegrityCode.Check(label, body, key?.For(label));
        if (visible is null)
            issues.Add(new("visible_line_missing", "No line says to a person that the content is generated."));
        if (integrity == Integrity.Broken)
            issues.Add(new("integrity_broken", "Body or label changed since the integrity code was made."));
        List<string> found = [];
        if (label is not null && reading!.Issues.Count == 0)
            found.Add(Marks.Metadata);
        if (visible is not null)
            found.Add(Marks.Visible);
        if (integrity == Integrity.Intact)
            found.Add(Marks.Integrity);
        return new() { Format = format, Found = found, Label = label, Issues = issues, Visible = visible, Body = body, Integrity = integrity, ContentId = contentId };
    }
}
