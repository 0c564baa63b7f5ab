using System.Xml.Linq;
using Aigc.Provenance.Labels;

namespace Aigc.Provenance.Placing;

/// <summary>
/// Atom 1.0: the label as an element <c>AIGC</c> in the standard's own namespace, its text the inner JSON object, as XMP has it; the visible line
/// in the content, where every reader shows it.
/// </summary>
public static class AtomMarks
{
    /// <summary>Name of the label's element.</summary>
    public static XName ElementName { get; } = XName.Get(AigcLabel.Key, AigcLabel.Namespace);

    /// <summary>The label's element, for an entry or a feed.</summary>
    public static XElement Element(AigcLabel label) =>
        new(ElementName, new XAttribute(XNamespace.Xmlns + "TC260", AigcLabel.Namespace), LabelWriter.ToJson(label));

    /// <summary>Content of an entry, for <c>content type="html"</c>.</summary>
    public static string Content(MarkedText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return HtmlMarks.Fragment(text.Visible, text.Body);
    }
}
