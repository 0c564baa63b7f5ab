using System.Text;
using System.Xml.Linq;

namespace Aigc.DataSupply.Extractors;

/// <summary>The text of a documentation element: references by short name, code blocks left out, blanks collapsed.</summary>
internal static class ReferenceProse
{
    /// <summary>One paragraph a <c>para</c>; empty when there is nothing to read.</summary>
    public static List<string> Paragraphs(XElement? element)
    {
        var paragraphs = new List<string>();
        if (element is null)
        {
            return paragraphs;
        }

        var text = new StringBuilder();
        Write(element, text, 0);
        foreach (var part in text.ToString().Split('\n'))
        {
            var paragraph = Collapse(part);
            if (paragraph.Any(char.IsLetter))
            {
                paragraphs.Add(Sentence(paragraph));
            }
        }

        return paragraphs;
    }

    /// <summary>Everything in one line.</summary>
    public static string Line(XElement? element) => string.Join(' ', Paragraphs(element));

    private static void Write(XElement element, StringBuilder text, int depth)
    {
        if (depth > 64)
        {
            return;
        }

        foreach (var node in element.Nodes())
        {
            if (node is XText plain)
            {
                // Sources wrap lines anywhere; an empty line is a paragraph.
                text.Append(plain.Value.ReplaceLineEndings("\n").Replace("\n\n", "\u2029", StringComparison.Ordinal).Replace('\n', ' ').Replace('\u2029', '\n'));
            }
            else if (node is XElement child)
            {
                WriteElement(child, text, depth);
            }
        }
    }

    private static void WriteElement(XElement child, StringBuilder text, int depth)
    {
        switch (child.Name.LocalName)
        {
            case "see" or "seealso" or "xref" or "a" when child.IsEmpty || !child.Nodes().Any():
                text.Append(Reference(child));
                break;
            case "paramref" or "typeparamref":
                text.Append((string?)child.Attribute("name"));
                break;
            case "code" or "script" or "img" or "format" or "devremarks" or "forInternalUseOnly":
                break;
            case "para" or "p" or "item" or "div" or "li" or "remarks" or "list" or "ul" or "ol" or "table" or "tr":
                text.Append('\n');
                Write(child, text, depth + 1);
                text.Append('\n');
                break;
            case "listheader":
                break;
            case "term":
                Write(child, text, depth + 1);
                text.Append(child.ElementsAfterSelf("description").Any() ? ": " : "");
                break;
            case "br":
                text.Append(' ');
                break;
            default:
                Write(child, text, depth + 1);
                break;
        }
    }

    private static string Reference(XElement see)
    {
        if ((string?)see.Attribute("langword") is { } word)
        {
            return word;
        }

        if ((string?)see.Attribute("cref") is { } cref)
        {
            return Cref.Name(cref);
        }

        var link = (string?)see.Attribute("href") ?? (string?)see.Attribute("uid") ?? "";
        return link.StartsWith("http", StringComparison.Ordinal) ? link : Cref.LastPart(Cref.Head(link));
    }

    private static string Collapse(string text)
    {
        var collapsed = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (!char.IsWhiteSpace(c))
            {
                // " ." after a reference; not the point of ".NET".
                if (c is '.' or ',' or ';' or ':' or ')' && collapsed.Length > 0 && collapsed[^1] == ' ' && (i + 1 == text.Length || !char.IsLetterOrDigit(text[i + 1])))
                {
                    collapsed.Length--;
                }

                collapsed.Append(c);
            }
            else if (collapsed.Length > 0 && collapsed[^1] != ' ')
            {
                collapsed.Append(' ');
            }
        }

        return collapsed.ToString().Trim();
    }

    private static string Sentence(string text) => text[^1] is '.' or '!' or '?' or ':' or ';' || text.EndsWith(".)", StringComparison.Ordinal) ? text : text + ".";
}
