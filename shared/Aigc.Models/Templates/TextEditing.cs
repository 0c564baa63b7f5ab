using System.Text;

namespace Aigc.Models.Templates;

/// <summary>Cutting, joining and replacing, with the origin of every character carried along.</summary>
internal static class TextEditing
{
    public static JinjaText Trim(Budget budget, JinjaText text, object? characters, bool start, bool end)
    {
        if (characters is not (null or JinjaText))
            throw budget.Fail($"characters to strip must be a text, not {Kinds.Name(characters)}");
        var value = text.Value;
        Func<char, bool> goes = characters is JinjaText set ? c => set.Value.Contains(c, StringComparison.Ordinal) : Lexer.IsSpace;
        budget.Characters((characters as JinjaText)?.Value.Length * (long)value.Length ?? value.Length);
        var (from, to) = (0, value.Length);
        while (start && from < to && goes(value[from]))
            from++;
        while (end && to > from && goes(value[to - 1]))
            to--;
        return text.Slice(from, to - from);
    }

    public static JinjaText Case(Budget budget, JinjaText text, Func<string, string> change)
    {
        budget.Characters(text.Value.Length);
        return text.Over(change(text.Value));
    }

    public static string Capitalize(string value) => value.Length == 0 ? value : char.ToUpperInvariant(value[0]) + value[1..].ToLowerInvariant();

    /// <summary>Upper case where a word begins, lower case elsewhere.</summary>
    public static string Title(string value, Func<char, bool> isWord)
    {
        var title = new StringBuilder(value.Length);
        var inside = false;
        foreach (var c in value)
        {
            title.Append(inside ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            inside = isWord(c);
        }
        return title.ToString();
    }

    public static JinjaText Join(Budget budget, IEnumerable<object?> items, JinjaText between)
    {
        var text = new TextBuilder(budget);
        var first = true;
        foreach (var item in items)
        {
            if (!first)
                text.Append(between);
            first = false;
            text.Append(Writing.Show(budget, item));
        }
        return text.Build();
    }

    public static JinjaText Replace(Budget budget, JinjaText text, JinjaText old, JinjaText now, long most)
    {
        if (old.Value.Length == 0)
            return Between(budget, text, now, most);
        var parts = Split(budget, text, old, most, fromEnd: false).Items;
        return parts.Count == 1 ? text : Join(budget, parts, now);
    }

    public static JinjaList Split(Budget budget, JinjaText text, JinjaText separator, long most, bool fromEnd)
    {
        var (value, sep) = (text.Value, separator.Value);
        if (sep.Length == 0)
            throw budget.Fail("a text cannot be split at nothing");
        budget.Search(value.Length, sep.Length);
        var parts = new List<object?>();
        var (from, to) = (0, value.Length);
        while (most < 0 || parts.Count < most)
        {
            var at = fromEnd
                ? value.AsSpan(0, to).LastIndexOf(sep.AsSpan())
                : value.IndexOf(sep, from, StringComparison.Ordinal);
            if (at < 0)
                break;
            budget.Elements(1);
            parts.Add(fromEnd ? text.Slice(at + sep.Length, to - at - sep.Length) : text.Slice(from, at - from));
            (from, to) = fromEnd ? (0, at) : (at + sep.Length, value.Length);
        }
        parts.Add(text.Slice(from, to - from));
        if (fromEnd)
            parts.Reverse();
        return new(parts);
    }

    /// <summary>Words between runs of white space; the last part holds the rest where there are more than asked for.</summary>
    public static JinjaList Words(Budget budget, JinjaText text, long most, bool fromEnd)
    {
        if (fromEnd && most >= 0)
            throw budget.Fail("rsplit with maxsplit needs a separator");
        budget.Characters(text.Value.Length);
        var (value, parts, at) = (text.Value, new List<object?>(), 0);
        while (true)
        {
            while (at < value.Length && Lexer.IsSpace(value[at]))
                at++;
            if (at == value.Length)
                return new(parts);
            budget.Elements(1);
            if (most >= 0 && parts.Count == most)
            {
                parts.Add(text.Slice(at, value.Length - at));
                return new(parts);
            }
            var end = at;
            while (end < value.Length && !Lexer.IsSpace(value[end]))
                end++;
            parts.Add(text.Slice(at, end - at));
            at = end;
        }
    }

    public static JinjaList Lines(Budget budget, JinjaText text, bool keepEnds)
    {
        budget.Characters(text.Value.Length);
        var (value, lines, from) = (text.Value, new List<object?>(), 0);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] is not ('\n' or '\r' or '\v' or '\f' or >= '\x1c' and <= '\x1e' or '\x85' or '\u2028' or '\u2029'))
                continue;
            var end = value[i] == '\r' && i + 1 < value.Length && value[i + 1] == '\n' ? i + 2 : i + 1;
            budget.Elements(1);
            lines.Add(text.Slice(from, (keepEnds ? end : i) - from));
            (from, i) = (end, end - 1);
        }
        if (from < value.Length)
            lines.Add(text.Slice(from, value.Length - from));
        return new(lines);
    }

    // Python puts it before every character and at the end.
    static JinjaText Between(Budget budget, JinjaText text, JinjaText now, long most)
    {
        var result = new TextBuilder(budget);
        for (var i = 0; i <= text.Count; i++)
        {
            if (most < 0 || i < most)
                result.Append(now);
            if (i < text.Count)
                result.Append(text.At(i));
        }
        return result.Build();
    }
}
