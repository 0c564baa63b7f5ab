using System.Text;
using System.Xml;

namespace Aigc.Provenance.Labels;

/// <summary>
/// The one form of a text that every carrier (Markdown, XML, HTML, JSON) gives back unchanged, so that one integrity code holds in all of
/// them: LF line ends, no byte-order mark, no characters that XML 1.0 forbids, no white space at either end of the text.
/// </summary>
public static class BodyText
{
    /// <summary>Brings a text into that form; doing it again changes nothing.</summary>
    public static string Canonical(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\r')
            {
                clean.Append('\n');
                if (i + 1 < text.Length && text[i + 1] == '\n')
                    i++;
            }
            else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                clean.Append(c).Append(text[++i]);
            }
            else if (XmlConvert.IsXmlChar(c) && c != '\uFEFF')
            {
                clean.Append(c);
            }
        }

        return clean.ToString().Trim();
    }

    /// <summary>The same for a text that must stay on one line, such as a title: no control characters, single spaces.</summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var c in Canonical(text))
        {
            var space = char.IsWhiteSpace(c) || char.IsControl(c) || c is '\u2028' or '\u2029';
            if (!space)
                line.Append(c);
            else if (line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
        }

        return line.ToString().TrimEnd();
    }
}
