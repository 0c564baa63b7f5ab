using System.Text;
using AngleSharp.Dom;

namespace Aigc.DataSupply.Extractors;

/// <summary>
/// Renders a piece of HTML as text: a line a list item or row, a blank line between paragraphs. Code blocks, forms, navigation and scripts are
/// left out: they are not prose. Walks without recursion, so that depth cannot end the process.
/// </summary>
internal static class HtmlText
{
    private static readonly HashSet<string> Dropped = new(StringComparer.OrdinalIgnoreCase)
    {
        "script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "button", "select", "textarea", "svg", "math", "iframe", "object",
        "pre", "figure", "head", "dialog", "video", "audio", "canvas",
    };

    private static readonly HashSet<string> Paragraphs = new(StringComparer.OrdinalIgnoreCase)
    {
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "dl", "table", "section", "article", "main", "div", "address", "details", "hr",
    };

    private static readonly HashSet<string> LineBlocks = new(StringComparer.OrdinalIgnoreCase) { "li", "dt", "dd", "tr", "br", "caption", "summary" };

    public static bool IsDropped(IElement element) => Dropped.Contains(element.LocalName);

    public static bool IsBlock(IElement element) => Paragraphs.Contains(element.LocalName) || LineBlocks.Contains(element.LocalName);

    public static string Render(INode root)
    {
        var writer = new TextWriter();
        var node = root;
        while (node is not null)
        {
            var descend = Enter(node, root, writer) ? node.FirstChild : null;
            if (descend is not null)
            {
                node = descend;
                continue;
            }

            while (node is not null && node != root && node.NextSibling is null)
            {
                node = node.Parent;
                Leave(node, writer);
            }

            node = node is null || node == root ? null : node.NextSibling;
        }

        return writer.ToString();
    }

    private static bool Enter(INode node, INode root, TextWriter writer)
    {
        if (node is IText text)
        {
            writer.Write(text.Data);
            return false;
        }

        if (node is not IElement element)
        {
            return node is IDocument or IDocumentFragment;
        }

        if (node != root && IsDropped(element))
        {
            writer.Break(2);
            return false;
        }

        Leave(node, writer);
        if (element.LocalName is "td" or "th")
        {
            writer.Write(" ");
        }

        return true;
    }

    private static void Leave(INode? node, TextWriter writer)
    {
        if (node is IElement element)
        {
            writer.Break(Paragraphs.Contains(element.LocalName) ? 2 : LineBlocks.Contains(element.LocalName) ? 1 : 0);
        }
    }

    /// <summary>Collapses blanks; keeps the larger of the breaks asked for between two pieces of text.</summary>
    private sealed class TextWriter
    {
        private readonly StringBuilder _text = new();
        private int _break;
        private bool _blank;

        public void Break(int lines) => _break = Math.Max(_break, lines);

        public void Write(string piece)
        {
            foreach (var c in piece)
            {
                if (char.IsWhiteSpace(c))
                {
                    _blank = true;
                    continue;
                }

                if (c is '\u00AD' or '\u200B' or '\uFEFF' or '¶')
                {
                    continue;
                }

                if (_text.Length > 0 && _break > 0)
                {
                    _text.Append('\n', _break);
                }
                else if (_text.Length > 0 && _blank)
                {
                    _text.Append(' ');
                }

                (_break, _blank) = (0, false);
                _text.Append(c);
            }
        }

        public override string ToString() => _text.ToString();
    }
}
