using System.Globalization;
using System.Text;

namespace Aigc.Models.Templates;

/// <summary>Reads one token inside a tag: a name, a number, a text or an operator.</summary>
internal static class TokenReader
{
    static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ","];

    /// <summary>The token at a place.</summary>
    /// <param name="source">The template.</param>
    /// <param name="line">For errors.</param>
    /// <param name="open">Brackets that are open; kept up to date.</param>
    /// <param name="place">Where it begins.</param>
    /// <param name="next">Where it ends.</param>
    public static Token Next(string source, int line, Stack<char> open, int place, out int next)
    {
        var c = source[place];
        next = place;
        if (char.IsAsciiDigit(c))
            return Number(source, line, ref next);
        if (c is '\'' or '"')
            return new(TokenKind.String, Text(source, line, ref next), line);
        if (c == '_' || char.IsLetter(c))
        {
            while (next < source.Length && (source[next] == '_' || char.IsLetterOrDigit(source[next])))
                next++;
            return new(TokenKind.Name, source[place..next], line);
        }
        foreach (var sign in Operators)
        {
            if (string.CompareOrdinal(source, place, sign, 0, sign.Length) == 0)
            {
                Balance(sign[0], open, line);
                next += sign.Length;
                return new(TokenKind.Operator, sign, line);
            }
        }
        throw new TemplateException($"the character {c} has no meaning here", line);
    }

    static void Balance(char sign, Stack<char> open, int line)
    {
        if (sign is '(' or '[' or '{')
            open.Push(sign == '(' ? ')' : sign == '[' ? ']' : '}');
        else if (sign is ')' or ']' or '}' && (!open.TryPop(out var expected) || expected != sign))
            throw new TemplateException($"{sign} closes nothing", line);
    }

    static Token Number(string source, int line, ref int next)
    {
        var start = next;
        var afterPoint = start > 0 && source[start - 1] == '.';
        Digits(source, ref next);
        var isFloat = false;
        if (!afterPoint && next + 1 < source.Length && source[next] == '.' && char.IsAsciiDigit(source[next + 1]))
        {
            next++;
            Digits(source, ref next);
            isFloat = true;
        }
        var exponent = next + 1;
        if (!afterPoint && next < source.Length && source[next] is 'e' or 'E')
        {
            if (exponent < source.Length && source[exponent] is '+' or '-')
                exponent++;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
            {
                next = exponent;
                Digits(source, ref next);
                isFloat = true;
            }
        }
        return new(isFloat ? TokenKind.Float : TokenKind.Integer, source[start..next].Replace("_", "", StringComparison.Ordinal), line);
    }

    static void Digits(string source, ref int next)
    {
        while (next < source.Length && (char.IsAsciiDigit(source[next]) || (source[next] == '_' && next + 1 < source.Length && char.IsAsciiDigit(source[next + 1]))))
            next++;
    }

    static string Text(string source, int line, ref int next)
    {
        var quote = source[next++];
        var text = new StringBuilder();
        while (next < source.Length && source[next] != quote)
        {
            if (source[next] == '\\' && next + 1 < source.Length)
                Escape(source, line, ref next, text);
            else
                text.Append(source[next++]);
        }
        if (next++ >= source.Length)
            throw new TemplateException("a text is not closed", line);
        return text.ToString();
    }

    /// <summary>Python's escapes; one it does not know stays as it is.</summary>
    static void Escape(string source, int line, ref int next, StringBuilder text)
    {
        var c = source[next + 1];
        next += 2;
        var simple = "\\'\"abfnrtv".IndexOf(c, StringComparison.Ordinal);
        if (simple >= 0)
            text.Append("\\'\"\a\b\f\n\r\t\v"[simple]);
        else if (c is 'x' or 'u' or 'U')
            text.Append(Code(source, line, ref next, c == 'x' ? 2 : c == 'u' ? 4 : 8));
        else if (c is >= '0' and <= '7')
        {
            var value = c - '0';
            for (var digits = 1; digits < 3 && next < source.Length && source[next] is >= '0' and <= '7'; digits++)
                value = (value * 8) + (source[next++] - '0');
            text.Append((char)value);
        }
        else if (c != '\n')
            text.Append('\\').Append(c);
    }

    static string Code(string source, int line, ref int next, int digits)
    {
        if (next + digits > source.Length
            || !int.TryParse(source.AsSpan(next, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) || code is < 0 or > 0x10FFFF)
            throw new TemplateException("an escape in a text is broken", line);
        next += digits;
        return code > 0xFFFF ? char.ConvertFromUtf32(code) : ((char)code).ToString();
    }
}
