namespace Aigc.Models.Templates;

/// <summary>When two values are the same, and which comes first: Python's rules.</summary>
internal static class Equality
{
    /// <summary>Stands for none where null cannot be a key.</summary>
    public static object NoneKey { get; } = new();

    /// <summary>Compares keys of maps.</summary>
    public static IEqualityComparer<object> Keys { get; } = new KeyComparer();

    public static bool Same(Budget budget, object? left, object? right)
    {
        budget.Step();
        switch (left, right)
        {
            case (JinjaText a, JinjaText b):
                budget.Characters(Math.Min(a.Value.Length, b.Value.Length));
                return a.Equals(b);
            case (JinjaList a, JinjaList b):
                return a.IsTuple == b.IsTuple && a.Items.Count == b.Items.Count && Nested(budget, () => a.Items.Zip(b.Items).All(pair => Same(budget, pair.First, pair.Second)));
            case (JinjaMap a, JinjaMap b):
                return a.Entries.Count == b.Entries.Count
                    && Nested(budget, () => a.Entries.All(entry => b.TryGet(entry.Key, out var other) && Same(budget, entry.Value, other)));
            case (Undefined, Undefined):
                return true;
            default:
                return TryNumber(left, out var x) && TryNumber(right, out var y) ? SameNumber(left, right, x, y) : ReferenceEquals(left, right);
        }
    }

    /// <summary>Negative, zero or positive.</summary>
    /// <exception cref="TemplateException">The values have no order.</exception>
    public static int Compare(Budget budget, object? left, object? right)
    {
        budget.Step();
        switch (left, right)
        {
            case (JinjaText a, JinjaText b):
                budget.Characters(Math.Min(a.Value.Length, b.Value.Length));
                return CompareText(a.Value, b.Value);
            case (JinjaList a, JinjaList b) when a.IsTuple == b.IsTuple:
                for (var i = 0; i < Math.Min(a.Items.Count, b.Items.Count); i++)
                {
                    if (!Same(budget, a.Items[i], b.Items[i]))
                        return Compare(budget, a.Items[i], b.Items[i]);
                }
                return a.Items.Count.CompareTo(b.Items.Count);
            default:
                if (left is long m && right is long n)
                    return m.CompareTo(n);
                if (TryNumber(left, out var x) && TryNumber(right, out var y))
                    return x.CompareTo(y);
                throw budget.Fail($"{Kinds.Name(left)} and {Kinds.Name(right)} have no order");
        }
    }

    /// <summary>A number, or a truth value as 0 and 1.</summary>
    public static bool TryNumber(object? value, out double number)
    {
        (var isNumber, number) = value switch
        {
            bool b => (true, b ? 1 : 0),
            long n => (true, n),
            double d => (true, d),
            _ => (false, 0),
        };
        return isNumber;
    }

    static bool SameNumber(object? left, object? right, double x, double y) => left is long m && right is long n ? m == n : x == y;

    static bool Nested(Budget budget, Func<bool> compare)
    {
        budget.Enter();
        var same = compare();
        budget.Leave();
        return same;
    }

    // By code points, as Python orders: surrogates come after the rest of the first plane.
    static int CompareText(string a, string b)
    {
        var common = a.AsSpan().CommonPrefixLength(b);
        if (common == a.Length || common == b.Length)
            return a.Length.CompareTo(b.Length);
        var (x, y) = (a[common], b[common]);
        return char.IsSurrogate(x) == char.IsSurrogate(y) ? x.CompareTo(y) : char.IsSurrogate(x) ? 1 : -1;
    }

    sealed class KeyComparer : IEqualityComparer<object>
    {
        public new bool Equals(object? x, object? y) =>
            x is JinjaText a ? y is JinjaText b && a.Equals(b) : TryNumber(x, out var m) && TryNumber(y, out var n) ? m == n : ReferenceEquals(x, y);

        public int GetHashCode(object obj) => obj is JinjaText text ? text.GetHashCode() : TryNumber(obj, out var number) ? number.GetHashCode() : obj.GetHashCode();
    }
}
