using System.Globalization;

namespace Aigc.Models.Templates;

/// <summary>Python's two ways to fill in a pattern, without widths that could make a text of any size out of nothing.</summary>
internal static class Formatting
{
    const int Widest = 64;

    /// <summary><c>"%s and %02d" % (a, b)</c>.</summary>
    public static JinjaText Percent(Budget budget, JinjaText pattern, IReadOnlyList<object?> values)
    {
        var result = new TextBuilder(budget);
        var (value, used, from) = (pattern.Value, 0, 0);
        for (var at = value.IndexOf('%', StringComparison.Ordinal); at >= 0; at = value.IndexOf('%', from))
        {
            result.Append(pattern.Slice(from, at - from));
            from = at + 1;
            if (from < value.Length && value[from] == '%')
            {
                result.Append(pattern.Slice(from++, 1));
                continue;
            }
            var start = from;
            while (from < value.Length && value[from] is '-' or '0' or '.' or >= '1' and <= '9')
                from++;
            if (from == value.Length || used == values.Count)
                throw budget.Fail(from == value.Length ? "a pattern ends with %" : "a pattern has more places than values");
            result.Append(Fill(budget, values[used++], value[start..from], value[from++]));
        }
        if (used < values.Count)
            throw budget.Fail("a pattern has fewer places than values");
        return result.Append(pattern.Slice(from, value.Length - from)).Build();
    }

    /// <summary><c>"{} and {name}".format(a, name=b)</c>; what follows a colon is refused.</summary>
    public static JinjaText Braces(Budget budget, JinjaText pattern, Arguments arguments)
    {
        var result = new TextBuilder(budget);
        var (value, next, from) = (pattern.Value, 0, 0);
        for (var at = value.IndexOfAny(['{', '}']); at >= 0; at = value.IndexOfAny(['{', '}'], from))
        {
            result.Append(pattern.Slice(from, at - from));
            if (at + 1 < value.Length && value[at + 1] == value[at])
            {
                result.Append(pattern.Slice(at, 1));
                from = at + 2;
                continue;
            }
            var end = value[at] == '{' ? value.IndexOf('}', at) : -1;
            if (end < 0)
                throw budget.Fail("a brace in a pattern has no partner");
            var name = value[(at + 1)..end];
            from = end + 1;
            var place = name.Length == 0 ? next++ : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
            var given = place >= 0 && place < arguments.Items.Count ? arguments.Items[place]
                : arguments.Named.TryGetValue(name, out var named) ? named : throw budget.Fail($"a pattern has no value for {{{name}}}");
            result.Append(Writing.Show(budget, given));
        }
        return result.Append(pattern.Slice(from, value.Length - from)).Build();
    }

    static JinjaText Fill(Budget budget, object? value, string flags, char kind)
    {
        var left = flags.StartsWith('-');
        var zero = flags.StartsWith('0');
        var parts = flags.TrimStart('-').Split('.');
        var width = Width(budget, parts[0]);
        var digits = parts.Length > 1 ? Width(budget, parts[1]) : -1;
        var text = kind switch
        {
            's' => Cut(Writing.Show(budget, value), digits),
            'r' => Writing.Whole(budget, value),
            'd' or 'i' => JinjaText.OfTemplate(Whole(budget, value).ToString(CultureInfo.InvariantCulture)),
            'x' => JinjaText.OfTemplate(Whole(budget, value).ToString("x", CultureInfo.InvariantCulture)),
            'f' when Equality.TryNumber(value, out var real) => JinjaText.OfTemplate(real.ToString("F" + (digits < 0 ? 6 : digits).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)),
            _ => throw budget.Fail($"%{flags}{kind} is not possible with {Kinds.Name(value)}"),
        };
        var missing = width - text.Count;
        if (missing <= 0)
            return text;
        var filler = JinjaText.OfTemplate(new string(zero && kind != 's' ? '0' : ' ', missing));
        return left ? new TextBuilder(budget).Append(text).Append(filler).Build() : new TextBuilder(budget).Append(filler).Append(text).Build();
    }

    static JinjaText Cut(JinjaText text, int most) => most >= 0 && most < text.Count ? text.Slice(0, text.Place(most)) : text;

    static long Whole(Budget budget, object? value) => value switch
    {
        long n => n,
        bool b => b ? 1 : 0,
        double d when Math.Abs(d) < 1e18 => (long)d,
        _ => throw budget.Fail($"an integer is needed, not {Kinds.Name(value)}"),
    };

    static int Width(Budget budget, string width) =>
        width.Length == 0 ? 0
        : int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= Widest ? number
        : throw budget.Fail(FormattableString.Invariant($"a width in a pattern is at most {Widest}"));
}
