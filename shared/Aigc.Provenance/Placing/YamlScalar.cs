using System.Globalization;
using System.Text;

namespace Aigc.Provenance.Placing;

/// <summary>YAML 1.2 double-quoted scalars: the one style in which no text can end the scalar, the line or the document.</summary>
internal static class YamlScalar
{
    public static string Quote(string value)
    {
        var quoted = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                '\r' => quoted.Append("\\r"),
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF' =>
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Reads a plain, single- or double-quoted scalar on one line; null when it is none.</summary>
    public static string? Unquote(string text)
    {
        text = text.Trim();
        if (text.Length >= 2 && text[0] == '\'')
            return text[^1] == '\'' ? text[1..^1].Replace("''", "'", StringComparison.Ordinal) : null;
        if (text.Length == 0 || text[0] != '"')
            return Plain(text);
        var value = new StringBuilder(text.Length);
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
                return value.ToString();
            if (text[i] != '\\')
            {
                value.Append(text[i]);
                continue;
            }

            if (++i >= text.Length)
                return null;
            var digits = text[i] switch { 'x' => 2, 'u' => 4, _ => 0 };
            if (digits > 0)
            {
                if (i + digits >= text.Length || !int.TryParse(text.AsSpan(i + 1, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code))
                    return null;
                value.Append((char)code);
                i += digits;
                continue;
            }

            value.Append(text[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', '0' => '\0', var other => other });
        }

        return null;
    }

    private static string Plain(string text)
    {
        var comment = text.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? text : text[..comment].TrimEnd();
    }
}
