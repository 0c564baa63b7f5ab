namespace Aigc.Models.Templates;

/// <summary>Arithmetic and comparison, by Python's rules.</summary>
internal static class Operators
{
    public static object Sign(Budget budget, bool negative, object? value) => value switch
    {
        long n => (object)(negative ? Checked(budget, () => checked(-n)) : n),
        double d => negative ? -d : d,
        bool b => negative ? -(b ? 1L : 0L) : b ? 1L : 0L,
        _ => throw budget.Fail($"{Kinds.Name(value)} has no sign"),
    };

    public static object? Apply(Budget budget, string sign, object? left, object? right)
    {
        switch (sign, left, right)
        {
            case ("+", JinjaText a, JinjaText b):
                return new TextBuilder(budget).Append(a).Append(b).Build();
            case ("+", JinjaList a, JinjaList b) when a.IsTuple == b.IsTuple && !a.IsLazy && !b.IsLazy:
                budget.Elements(a.Items.Count + b.Items.Count);
                return new JinjaList([.. a.Items, .. b.Items], a.IsTuple);
            case ("*", JinjaText text, long or bool):
                return Repeat(budget, text, Number(right));
            case ("*", long or bool, JinjaText text):
                return Repeat(budget, text, Number(left));
            case ("*", JinjaList list, long or bool):
                return Repeat(budget, list, Number(right));
            case ("%", JinjaText text, _):
                return Formatting.Percent(budget, text, right is JinjaList { IsTuple: true } several ? several.Items : [right]);
        }
        if (!Equality.TryNumber(left, out var x) || !Equality.TryNumber(right, out var y))
            throw budget.Fail($"{sign} is not possible with {Kinds.Name(left)} and {Kinds.Name(right)}");
        return left is not double && right is not double && sign != "/" ? Whole(budget, sign, Number(left), Number(right)) : Real(budget, sign, x, y);
    }

    public static bool Compare(Budget budget, string sign, object? left, object? right) => sign switch
    {
        "==" => Equality.Same(budget, left, right),
        "!=" => !Equality.Same(budget, left, right),
        "<" => Equality.Compare(budget, left, right) < 0,
        "<=" => Equality.Compare(budget, left, right) <= 0,
        ">" => Equality.Compare(budget, left, right) > 0,
        ">=" => Equality.Compare(budget, left, right) >= 0,
        "in" => IsIn(budget, left, right),
        _ => !IsIn(budget, left, right),
    };

    /// <summary>Whether a text holds another, a list an element, a mapping a key.</summary>
    public static bool IsIn(Budget budget, object? what, object? where)
    {
        switch (where)
        {
            case JinjaText text:
                if (what is not JinjaText part)
                    throw budget.Fail($"{Kinds.Name(what)} cannot be in a text");
                budget.Search(text.Value.Length, part.Value.Length);
                return text.Value.Contains(part.Value, StringComparison.Ordinal);
            case JinjaMap map:
                return map.TryGet(what, out _);
            default:
                return Kinds.Elements(budget, where).Any(item => Equality.Same(budget, item, what));
        }
    }

    static long Number(object? value) => value is bool b ? (b ? 1 : 0) : (long)value!;

    static JinjaText Repeat(Budget budget, JinjaText text, long times)
    {
        var builder = new TextBuilder(budget);
        budget.Length(Math.Max(0, times) > int.MaxValue ? long.MaxValue : Math.Max(0, times) * text.Value.Length);
        for (var i = 0L; i < times && text.Value.Length > 0; i++)
            builder.Append(text);
        return builder.Build();
    }

    static JinjaList Repeat(Budget budget, JinjaList list, long times)
    {
        times = list.Items.Count == 0 ? 0 : Math.Clamp(times, 0, int.MaxValue);
        budget.Elements(times * list.Items.Count);
        return new([.. Enumerable.Repeat(list.Items, (int)times).SelectMany(items => items)], list.IsTuple);
    }

    static object Whole(Budget budget, string sign, long x, long y)
    {
        if (y == 0 && sign is ("//" or "%"))
            throw budget.Fail("division by zero");
        return sign switch
        {
            "+" => (object)Checked(budget, () => checked(x + y)),
            "-" => Checked(budget, () => checked(x - y)),
            "*" => Checked(budget, () => checked(x * y)),
            "//" => Checked(budget, () => checked(x / y) - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0)),
            "%" => y is 1 or -1 ? 0L : ((x % y) + y) % y,
            _ => y < 0 ? Math.Pow(x, y) : (object)Power(budget, x, y),
        };
    }

    static double Real(Budget budget, string sign, double x, double y)
    {
        if (y == 0 && sign is ("/" or "//" or "%"))
            throw budget.Fail("division by zero");
        return sign switch
        {
            "+" => x + y,
            "-" => x - y,
            "*" => x * y,
            "/" => x / y,
            "//" => Math.Floor(x / y),
            "%" => x - (y * Math.Floor(x / y)),
            _ => Math.Pow(x, y),
        };
    }

    static long Power(Budget budget, long x, long y)
    {
        var result = 1L;
        if (x is 0 or 1 or -1)
            return y == 0 ? 1L : x == -1 && y % 2 == 0 ? 1L : x;
        for (var i = 0L; i < y; i++)
            result = Checked(budget, () => checked(result * x));
        return result;
    }

    static long Checked(Budget budget, Func<long> compute)
    {
        try
        {
            return compute();
        }
        catch (OverflowException)
        {
            throw budget.Fail("a number is too large");
        }
    }
}
