using System.Text;
using Aigc.Provenance.Labels;

namespace Aigc.Provenance.Placing;

/// <summary>HTML: the label as a <c>meta</c> element, the visible line as a paragraph above the text.</summary>
public static class HtmlMarks
{
    internal const string LineClass = "aigc-label";
    internal const string BodyClass = "aigc-body";

    /// <summary>The element for the head of a page.</summary>
    public static string Meta(AigcLabel label) => $"<meta name=\"{AigcLabel.Key}\" content=\"{Escape(LabelWriter.ToJson(label))}\">";

    /// <summary>
    /// Visible line and text as a fragment that is well-formed XML as well. The text keeps its line breaks and is shown as written: what a model
    /// wrote is never markup here.
    /// </summary>
    public static string Fragment(string visible, string body) =>
        $"<p class=\"{LineClass}\"><em>{Escape(BodyText.OneLine(visible))}</em></p>\n" +
        $"<div class=\"{BodyClass}\" style=\"white-space: pre-wrap\">{Escape(BodyText.Canonical(body))}</div>";

    /// <summary>A whole page.</summary>
    public static string Page(MarkedText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var title = Escape(BodyText.OneLine(text.Title));
        return $"<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n{Meta(text.Label)}\n</head>\n" +
               $"<body>\n<h1>{title}</h1>\n{Fragment(text.Visible, text.Body)}\n</body>\n</html>\n";
    }

    // Only entities that XML knows too; everything else is UTF-8 as it is.
    internal static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#39;"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }
}
