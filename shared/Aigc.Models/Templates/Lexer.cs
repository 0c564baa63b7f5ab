namespace Aigc.Models.Templates;

/// <summary>
/// Cuts a template into tokens, with Jinja's rules for white space as transformers sets them: <c>trim_blocks</c> (the line break after a block goes) and
/// <c>lstrip_blocks</c> (blanks before a block at the beginning of a line go), one line break at the end of the template goes, and a
/// minus sign in a tag takes all white space on its side.
/// </summary>
internal sealed class Lexer
{
    readonly string source;
    readonly List<Token> tokens = [];
    int place;
    int line = 1;
    bool lineStarts = true; // whether what was read last ended with a line break

    Lexer(string source)
    {
        source = source.ReplaceLineEndings("\n");
        this.source = source.EndsWith('\n') ? source[..^1] : source;
    }

    /// <summary>All tokens; the last one is <see cref="TokenKind.End"/>.</summary>
    /// <exception cref="TemplateException">A tag, comment or text is not closed, or a character has no meaning.</exception>
    public static IReadOnlyList<Token> Read(string source)
    {
        var lexer = new Lexer(source);
        lexer.ReadAll();
        return lexer.tokens;
    }

    /// <summary>What Python takes for white space.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    void ReadAll()
    {
        while (place < source.Length)
        {
            var open = NextOpening();
            if (open < 0)
            {
                Add(TokenKind.Data, source[place..], source.Length);
                break;
            }
            var sign = open + 2 < source.Length && source[open + 2] is '-' or '+' ? source[open + 2] : ' ';
            var kind = source[open + 1];
            Text(open, sign, isBlock: kind != '{');
            Advance(open + (sign == ' ' ? 2 : 3));
            switch (kind)
            {
                case '#':
                    Comment();
                    break;
                case '{':
                    tokens.Add(new(TokenKind.ExpressionBegin, "", line));
                    Tag('}', TokenKind.ExpressionEnd);
                    break;
                default:
                    if (!Raw())
                    {
                        tokens.Add(new(TokenKind.BlockBegin, "", line));
                        Tag('%', TokenKind.BlockEnd);
                    }
                    break;
            }
        }
        tokens.Add(new(TokenKind.End, "", line));
    }

    int NextOpening()
    {
        for (var i = source.IndexOf('{', place); i >= 0 && i + 1 < source.Length; i = source.IndexOf('{', i + 1))
        {
            if (source[i + 1] is '{' or '%' or '#')
                return i;
        }
        return -1;
    }

    void Text(int end, char sign, bool isBlock)
    {
        var text = source[place..end];
        if (sign == '-')
            text = TrimEnd(text);
        else if (sign != '+' && isBlock)
        {
            var lineStart = text.LastIndexOf('\n') + 1;
            if ((lineStart > 0 || lineStarts) && text.AsSpan(lineStart).IndexOfAnyExcept(Blanks) < 0)
                text = text[..lineStart];
        }
        Add(TokenKind.Data, text, end);
    }

    static readonly System.Buffers.SearchValues<char> Blanks = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue).Select(c => (char)c).Where(IsSpace)]);

    static string TrimEnd(string text)
    {
        var length = text.Length;
        while (length > 0 && IsSpace(text[length - 1]))
            length--;
        return text[..length];
    }

    void Comment()
    {
        var end = source.IndexOf("#}", place, StringComparison.Ordinal);
        if (end < 0)
            throw new TemplateException("a comment is not closed", line);
        var sign = end > place ? source[end - 1] : ' ';
        Advance(end + 2);
        AfterBlock(sign);
    }

    /// <summary><c>{% raw %}</c>: text up to its end, whatever is in it. The place is behind the sign of the opening.</summary>
    bool Raw()
    {
        var begin = place;
        if (!Word(ref begin, "raw") || !Closing(ref begin, out var sign))
            return false;
        Advance(begin);
        if (sign == '-')
            SkipSpace();
        for (var open = source.IndexOf("{%", place, StringComparison.Ordinal); open >= 0; open = source.IndexOf("{%", open + 2, StringComparison.Ordinal))
        {
            var end = open + 2;
            var endSign = end < source.Length && source[end] is '-' or '+' ? source[end++] : ' ';
            if (!Word(ref end, "endraw") || !Closing(ref end, out var last))
                continue;
            Text(open, endSign, isBlock: true);
            Advance(end);
            AfterBlock(last);
            return true;
        }
        throw new TemplateException("raw is not closed", line);
    }

    bool Word(ref int at, string word)
    {
        while (at < source.Length && IsSpace(source[at]))
            at++;
        if (string.CompareOrdinal(source, at, word, 0, word.Length) != 0)
            return false;
        at += word.Length;
        return true;
    }

    bool Closing(ref int at, out char sign)
    {
        sign = ' ';
        while (at < source.Length && IsSpace(source[at]))
            at++;
        if (at < source.Length && source[at] is '-' or '+')
            sign = source[at++];
        if (string.CompareOrdinal(source, at, "%}", 0, 2) != 0)
            return false;
        at += 2;
        return true;
    }

    /// <summary>The inside of a tag. Between braces, brackets and parentheses its closing signs are operators.</summary>
    void Tag(char closing, TokenKind kind)
    {
        var open = new Stack<char>();
        while (place < source.Length)
        {
            if (open.Count == 0 && At(closing, out var sign))
            {
                tokens.Add(new(kind, "", line));
                Advance(place + (sign == ' ' ? 2 : 3));
                if (kind == TokenKind.BlockEnd)
                    AfterBlock(sign);
                else if (sign == '-')
                    SkipSpace();
                return;
            }
            if (IsSpace(source[place]))
                Advance(place + 1);
            else
            {
                tokens.Add(TokenReader.Next(source, line, open, place, out var next));
                Advance(next);
            }
        }
        throw new TemplateException("a tag is not closed", line);
    }

    bool At(char closing, out char sign)
    {
        sign = source[place] is '-' || (source[place] is '+' && closing == '%') ? source[place] : ' ';
        var at = sign == ' ' ? place : place + 1;
        return at + 1 < source.Length && source[at] == closing && source[at + 1] == '}';
    }

    void AfterBlock(char sign)
    {
        if (sign == '-')
            SkipSpace();
        else if (sign != '+' && place < source.Length && source[place] == '\n')
        {
            Advance(place + 1);
            lineStarts = true;
        }
    }

    void SkipSpace()
    {
        while (place < source.Length && IsSpace(source[place]))
        {
            lineStarts = source[place] == '\n';
            Advance(place + 1);
        }
    }

    void Add(TokenKind kind, string text, int end)
    {
        if (text.Length > 0)
            tokens.Add(new(kind, text, line));
        var starts = end == place && lineStarts;
        Advance(end);
        lineStarts = starts;
    }

    void Advance(int to)
    {
        line += source.AsSpan(place, to - place).Count('\n');
        lineStarts = false;
        place = to;
    }
}
