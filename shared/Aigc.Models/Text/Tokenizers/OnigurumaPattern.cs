using System.Globalization;
using System.Text;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>
/// Translates the expressions that tokenizers carry, which are Oniguruma's, to .NET's: possessive quantifiers become atomic groups, nested
/// classes are flattened, <c>\h</c>, scripts and line anchors are spelled out. What has no equal is refused rather than matched differently.
/// </summary>
internal ref struct OnigurumaPattern
{
    static readonly Dictionary<string, string> Properties = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Letter"] = @"\p{L}",
        ["Mark"] = @"\p{M}",
        ["Number"] = @"\p{N}",
        ["Punctuation"] = @"\p{P}",
        ["Symbol"] = @"\p{S}",
        ["Separator"] = @"\p{Z}",
        ["Other"] = @"\p{C}",
        ["Alpha"] = @"\p{L}\p{Nl}\p{M}",
        ["Alphabetic"] = @"\p{L}\p{Nl}\p{M}",
        ["Digit"] = @"\p{Nd}",
        ["Space"] = @"\s",
        ["White_Space"] = @"\s",
        ["Word"] = Word,
        ["Han"] = @"\u2E80-\u2FD5\u3005\u3007\u3021-\u3029\u3038-\u303B\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAD9",
        ["Hiragana"] = @"\u3041-\u3096\u309D-\u309F",
        ["Katakana"] = @"\u30A1-\u30FA\u30FD-\u30FF\u31F0-\u31FF\u32D0-\u32FE\u3300-\u3357\uFF66-\uFF6F\uFF71-\uFF9D",
        ["Hangul"] = @"\u1100-\u11FF\u302E\u302F\u3131-\u318E\u3200-\u321E\u3260-\u327E\uA960-\uA97C\uAC00-\uD7A3\uD7B0-\uD7FB\uFFA0-\uFFDC",
        ["Thai"] = @"\u0E01-\u0E3A\u0E40-\u0E5B",
    };

    const string Word = @"\p{L}\p{M}\p{Nl}\p{Nd}\p{Pc}";
    const string Categories = "|L|Lu|Ll|Lt|Lm|Lo|M|Mn|Mc|Me|N|Nd|Nl|No|P|Pc|Pd|Ps|Pe|Pi|Pf|Po|S|Sm|Sc|Sk|So|Z|Zs|Zl|Zp|C|Cc|Cf|Cs|Co|Cn|";
    readonly string source;
    readonly string path;
    readonly StringBuilder output = new();
    int at;

    OnigurumaPattern(string source, string path) => (this.source, this.path) = (source, path);

    public static string Translate(string source, string path)
    {
        foreach (var character in source)
        {
            if (char.IsSurrogate(character))
                throw new FormatException($"{path} names a character beyond the basic plane, which is not supported");
        }

        return new OnigurumaPattern(source, path).Run();
    }

    string Run()
    {
        var atom = -1; // where the last thing began that a quantifier would repeat
        var groups = new Stack<int>();
        while (at < source.Length)
        {
            var start = output.Length;
            switch (source[at])
            {
                case '(':
                    groups.Push(start);
                    Open();
                    atom = -1;
                    break;
                case ')':
                    at++;
                    output.Append(')');
                    atom = groups.TryPop(out var opened) ? opened : throw Bad("has a closing bracket too many");
                    break;
                case '|':
                    at++;
                    output.Append('|');
                    atom = -1;
                    break;
                case '*' or '+' or '?' or '{' when atom >= 0 && Quantifier(atom):
                    break;
                case '{' or '}':
                    output.Append('\\').Append(source[at++]);
                    atom = start;
                    break;
                case '[':
                    output.Append('[').Append(Class(0)).Append(']');
                    atom = start;
                    break;
                case '\\':
                    Escape();
                    atom = start;
                    break;
                case '^':
                    at++;
                    output.Append("(?m:^)");
                    break;
                case '$':
                    at++;
                    output.Append(@"(?=\n|\z)");
                    break;
                default:
                    output.Append(source[at++]);
                    atom = start;
                    break;
            }
        }

        return output.ToString();
    }

    void Open()
    {
        foreach (var prefix in (ReadOnlySpan<string>)["(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?i:", "(?i)"])
        {
            if (source.AsSpan(at).StartsWith(prefix, StringComparison.Ordinal))
            {
                // An option without a body ends here; its bracket is closed like any other.
                output.Append(prefix.EndsWith(')') ? prefix[..^1] : prefix);
                at += prefix.EndsWith(')') ? prefix.Length - 1 : prefix.Length;
                return;
            }
        }

        if (at + 1 < source.Length && source[at + 1] == '?')
            throw Bad($"has a group that is not supported: {source.AsSpan(at, Math.Min(4, source.Length - at))}");
        output.Append("(?:");
        at++;
    }

    /// <summary>True when there is a quantifier here. A second plus is possessive, except behind braces, where it repeats the repetition.</summary>
    bool Quantifier(int atom)
    {
        var braces = source[at] == '{';
        string quantifier;
        if (braces)
        {
            var close = source.IndexOf('}', at);
            var body = close < 0 ? "" : source[(at + 1)..close];
            if (body.Length == 0 || !body.All(c => char.IsAsciiDigit(c) || c == ',') || body.Count(c => c == ',') > 1 || body == ",")
                return false;
            quantifier = "{" + (body.StartsWith(',') ? "0" + body : body) + "}";
            at = close + 1;
        }
        else
        {
            quantifier = source[at++].ToString();
        }

        output.Append(quantifier);
        if (at < source.Length && source[at] == '?')
        {
            output.Append(source[at++]);
        }
        else if (at < source.Length && source[at] == '+')
        {
            at++;
            output.Insert(atom, braces ? "(?:" : "(?>").Append(braces ? ")+" : ")");
        }

        return true;
    }

    void Escape()
    {
        if (at + 1 >= source.Length)
            throw Bad("ends with a backslash");
        switch (source[at + 1])
        {
            case 'p' or 'P':
                var (set, negated) = Property();
                output.Append(negated ? "[^" : "[").Append(set).Append(']');
                break;
            case 'w' or 'W' or 'h' or 'H':
                var letter = source[at + 1];
                output.Append(char.IsUpper(letter) ? "[^" : "[").Append(letter is 'w' or 'W' ? Word : "0-9A-Fa-f").Append(']');
                at += 2;
                break;
            case 'A' or 'z' or 'Z' or 'b' or 'B' or 's' or 'S' or 'd' or 'D':
                output.Append(source, at, 2);
                at += 2;
                break;
            default:
                output.Append(Literal());
                break;
        }
    }

    /// <summary>A character class from its bracket on, without the outer brackets.</summary>
    string Class(int depth)
    {
        if (depth > 8)
            throw Bad("has classes nested too deeply");
        at++;
        var set = new StringBuilder();
        if (at < source.Length && source[at] == '^')
        {
            if (depth > 0)
                throw Bad("has a negated class inside a class, which is not supported");
            set.Append('^');
            at++;
        }

        for (var first = true; ; first = false)
        {
            if (at >= source.Length)
                throw Bad("has a class that does not end");
            var character = source[at];
            if (character == ']' && !first)
            {
                at++;
                return set.ToString();
            }

            if (character == '[')
            {
                if (at + 1 < source.Length && source[at + 1] == ':')
                    throw Bad("has a POSIX class, which is not supported");
                set.Append(Class(depth + 1));
            }
            else if (source.AsSpan(at).StartsWith("&&", StringComparison.Ordinal))
            {
                throw Bad("has an intersection of classes, which is not supported");
            }
            else if (character == '\\')
            {
                set.Append(InClass());
            }
            else if (character == '-')
            {
                // Escaped where it is itself, so that it cannot begin a subtraction.
                var itself = first || (at + 1 < source.Length && source[at + 1] is ']' or '[');
                set.Append(itself ? @"\-" : "-");
                at++;
            }
            else
            {
                set.Append(character is ']' or '^' ? "\\" + character : character.ToString());
                at++;
            }
        }
    }

    string InClass()
    {
        if (at + 1 >= source.Length)
            throw Bad("ends with a backslash");
        switch (source[at + 1])
        {
            case 'p' or 'P':
                var start = at;
                var (set, negated) = Property();
                if (!negated)
                    return set;
                return set.StartsWith(@"\p{", StringComparison.Ordinal) && set.IndexOf('}', StringComparison.Ordinal) == set.Length - 1
                    ? @"\P" + set[2..]
                    : throw Bad($"negates {source[start..at]} inside a class, which is not supported");
            case 'w':
                at += 2;
                return Word;
            case 'h':
                at += 2;
                return "0-9A-Fa-f";
            case 's' or 'S' or 'd' or 'D':
                at += 2;
                return source.Substring(at - 2, 2);
            case 'W' or 'H':
                throw Bad("has a negated shorthand inside a class, which is not supported");
            default:
                return Literal();
        }
    }

    /// <summary>An escaped character.</summary>
    string Literal()
    {
        var letter = source[at + 1];
        if (letter is 'x' or 'u')
        {
            var braced = at + 2 < source.Length && source[at + 2] == '{';
            var begin = at + (braced ? 3 : 2);
            var end = braced ? source.IndexOf('}', begin) : Math.Min(source.Length, begin + (letter == 'x' ? 2 : 4));
            if (end < begin || !int.TryParse(source.AsSpan(begin, end - begin), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value is < 0 or > 0xFFFF)
                throw Bad("names a character that is not in the basic plane");
            at = end + (braced ? 1 : 0);
            return $@"\u{value:X4}";
        }

        at += 2;
        if ("nrtfvae".Contains(letter, StringComparison.Ordinal))
            return "\\" + letter;
        if (char.IsAsciiLetterOrDigit(letter))
            throw Bad($"has \\{letter}, which is not supported");
        return char.IsAscii(letter) ? $@"\u{(int)letter:X4}" : letter.ToString();
    }

    (string Set, bool Negated) Property()
    {
        var close = at + 2 < source.Length && source[at + 2] == '{' ? source.IndexOf('}', at) : -1;
        if (close < 0)
            throw Bad("has a property without a name");
        var name = source[(at + 3)..close];
        var negated = source[at + 1] == 'P';
        if (name.StartsWith('^'))
            (name, negated) = (name[1..], !negated);
        at = close + 1;
        var plain = name.StartsWith("Script=", StringComparison.Ordinal) ? name[7..] : name;
        return Categories.Contains($"|{plain}|", StringComparison.Ordinal)
            ? ($@"\p{{{plain}}}", negated)
            : Properties.TryGetValue(plain, out var set) ? (set, negated) : throw Bad($"has the property {name}, which is not supported");
    }

    readonly FormatException Bad(string reason) => new($"{path} {reason}");
}
