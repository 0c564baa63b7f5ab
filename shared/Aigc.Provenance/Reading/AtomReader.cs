using System.Xml;
using System.Xml.Linq;
using Aigc.Provenance.Labels;
using Aigc.Provenance.Placing;

namespace Aigc.Provenance.Reading;

internal static class AtomReader
{
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    public static IReadOnlyList<MarkReport> Read(string xml, ReadKey? key)
    {
        if (Parse(xml) is not { } root)
            return [];
        return [.. root.DescendantsAndSelf(Atom + "entry").Select(entry => ReadEntry(entry, key))];
    }

    private static MarkReport ReadEntry(XElement entry, ReadKey? key)
    {
        var element = entry.Element(AtomMarks.ElementName);
        var content = entry.Element(Atom + "content");
        var (visible, body) = (string?)content?.Attribute("type") switch
        {
            "html" => Fragment(content!.Value),
            null or "text" => (null, content?.Value ?? ""),
            _ => (null, ""),
        };
        return MarkReader.Report("atom", element is null ? null : LabelReader.ReadJson(element.Value), visible, body, (string?)entry.Element(Atom + "id"), key);
    }

    /// <summary>Visible line and text of a fragment in the form of <see cref="HtmlMarks.Fragment"/>.</summary>
    public static (string? Visible, string Body) Fragment(string html)
    {
        if (Parse($"<body>{html}</body>") is not { } root)
            return (null, "");
        var line = root.Elements("p").FirstOrDefault(p => (string?)p.Attribute("class") == HtmlMarks.LineClass)?.Value;
        var body = root.Elements("div").FirstOrDefault(div => (string?)div.Attribute("class") == HtmlMarks.BodyClass)?.Value;
        return (line is not null && VisibleLine.IsVisibleLine(line) ? line : null, body ?? "");
    }

    private static XElement? Parse(string xml)
    {
        // No document type, so no entities: nothing to expand, nothing to fetch.
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml), settings);
            return XDocument.Load(reader, LoadOptions.PreserveWhitespace).Root;
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
