using System.Text.Json;

namespace Aigc.Inference.Engine.Constraints.Schemas;

[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Object = 4,
    Array = 8,
    String = 16,
    Integer = 32,
    Fraction = 64,
    Number = Integer | Fraction,
    All = 127,
}

/// <summary>Places that all hold for one value; none means anything goes. Equal sets have equal keys, which is how recursion is noticed.</summary>
internal sealed class Conjunction(IEnumerable<Location> places)
{
    public static readonly Conjunction Anything = new([]);

    public IReadOnlyList<Location> Places { get; } = [.. places.DistinctBy(place => place.Pointer).OrderBy(place => place.Pointer, StringComparer.Ordinal)];

    public string Key => field ??= string.Join('\n', Places.Select(place => place.Pointer + (place.Element.ValueKind == JsonValueKind.False ? "!" : "")));

    public Conjunction And(Conjunction? other) => other is null || other.Places.Count == 0 ? this : new(Places.Concat(other.Places));
}

/// <summary>
/// A schema without alternatives and references: everything in it holds together. Two shapes are merged into one that allows what both allow
/// (<c>allOf</c>, keywords beside <c>anyOf</c> or <c>$ref</c>).
/// </summary>
internal sealed record Shape
{
    public static readonly Shape Anything = new();

    public JsonTypes Types { get; init; } = JsonTypes.All;

    /// <summary>The only values allowed; null for no such limit.</summary>
    public IReadOnlyList<JsonElement>? Values { get; init; }

    public StringShape Text { get; init; } = new();

    public NumberShape Number { get; init; } = new();

    public ObjectShape Object { get; init; } = new();

    public ArrayShape Array { get; init; } = new();

    public Shape And(Shape other) => new()
    {
        Types = Types & other.Types,
        Values = (Values, other.Values) switch
        {
            (null, var values) => values,
            (var values, null) => values,
            var (ours, theirs) => [.. ours.Where(value => theirs.Any(their => JsonElement.DeepEquals(value, their)))],
        },
        Text = Text.And(other.Text),
        Number = Number.And(other.Number),
        Object = Object.And(other.Object),
        Array = Array.And(other.Array),
    };
}

internal sealed record StringShape(int Min = 0, int Max = -1)
{
    /// <summary>Patterns and formats, each with its place; a format is a pattern that has a name.</summary>
    public IReadOnlyList<(string Pattern, string Pointer)> Patterns { get; init; } = [];

    public bool IsAny => Min == 0 && Max < 0 && Patterns.Count == 0;

    public StringShape And(StringShape other) => new(Math.Max(Min, other.Min), Least(Max, other.Max))
    {
        Patterns = [.. Patterns.Concat(other.Patterns).DistinctBy(entry => entry.Pattern)],
    };

    internal static int Least(int a, int b) => a < 0 ? b : b < 0 ? a : Math.Min(a, b);
}

internal sealed record NumberShape
{
    public decimal? Min { get; init; }

    public bool MinExclusive { get; init; }

    public decimal? Max { get; init; }

    public bool MaxExclusive { get; init; }

    /// <summary>Divisors of the value.</summary>
    public IReadOnlyList<(decimal Divisor, string Pointer)> MultipleOf { get; init; } = [];

    public bool IsAny => Min is null && Max is null && MultipleOf.Count == 0;

    public NumberShape And(NumberShape other)
    {
        var (min, minExclusive) = other.Min is null || (Min is { } own && (own > other.Min || (own == other.Min && MinExclusive)))
            ? (Min, MinExclusive)
            : (other.Min, other.MinExclusive);
        var (max, maxExclusive) = other.Max is null || (Max is { } mine && (mine < other.Max || (mine == other.Max && MaxExclusive)))
            ? (Max, MaxExclusive)
            : (other.Max, other.MaxExclusive);
        return new()
        {
            Min = min,
            MinExclusive = minExclusive,
            Max = max,
            MaxExclusive = maxExclusive,
            MultipleOf = [.. MultipleOf.Concat(other.MultipleOf).DistinctBy(entry => entry.Divisor)],
        };
    }

    public bool Allows(decimal value) =>
        !(Min is { } min && (MinExclusive ? value <= min : value < min)) && !(Max is { } max && (MaxExclusive ? value >= max : value > max))
        && MultipleOf.All(entry => value % entry.Divisor == 0);
}

internal sealed record ObjectShape
{
    /// <summary>Listed names in the order in which they are written.</summary>
    public IReadOnlyList<(string Name, Conjunction Value)> Properties { get; init; } = [];

    public IReadOnlySet<string> Required { get; init; } = new HashSet<string>();

    /// <summary>What names that are not listed hold; null where the schema does not say.</summary>
    public Conjunction? Additional { get; init; }

    public bool IsAny => Properties.Count == 0 && Required.Count == 0 && Additional is null;

    public ObjectShape And(ObjectShape other)
    {
        if (other.IsAny)
            return this;
        if (IsAny)
            return other;
        var (ours, theirs) = (Properties.ToDictionary(p => p.Name, p => p.Value), other.Properties.ToDictionary(p => p.Name, p => p.Value));
        var properties = Properties.Select(p => (p.Name, p.Value.And(theirs.GetValueOrDefault(p.Name) ?? other.Additional)))
            .Concat(other.Properties.Where(p => !ours.ContainsKey(p.Name)).Select(p => (p.Name, p.Value.And(Additional))));
        return new()
        {
            Properties = [.. properties],
            Required = new HashSet<string>(Required.Concat(other.Required), StringComparer.Ordinal),
            Additional = Additional is null ? other.Additional : Additional.And(other.Additional),
        };
    }
}

internal sealed record ArrayShape(int Min = 0, int Max = -1)
{
    public IReadOnlyList<Conjunction> Prefix { get; init; } = [];

    /// <summary>Items after the prefix; null for anything.</summary>
    public Conjunction? Items { get; init; }

    public bool IsAny => Min == 0 && Max < 0 && Prefix.Count == 0 && Items is null;

    public Conjunction At(int index) => (index < Prefix.Count ? Prefix[index] : Items) ?? Conjunction.Anything;

    public ArrayShape And(ArrayShape other)
    {
        var prefix = Enumerable.Range(0, Math.Max(Prefix.Count, other.Prefix.Count)).Select(i => At(i).And(other.At(i)));
        return new(Math.Max(Min, other.Min), StringShape.Least(Max, other.Max))
        {
            Prefix = [.. prefix],
            Items = Items is null ? other.Items : Items.And(other.Items),
        };
    }
}
