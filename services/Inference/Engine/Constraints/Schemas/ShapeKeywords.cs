using System.Text.Json;

namespace Aigc.Inference.Engine.Constraints.Schemas;

/// <summary>The keywords of one place, without those that lead to other places' alternatives. What is not known is refused, never ignored.</summary>
internal static class ShapeKeywords
{
    public static Shape Read(Location place)
    {
        var shape = new Shape();
        foreach (var property in place.Element.EnumerateObject())
            shape = Add(shape, property.Name, place.With(property.Name, property.Value));
        return shape.Object.Properties.Count == 0 && shape.Object.Required.Count == 0 ? shape : Listed(shape);
    }

    private static Shape Add(Shape shape, string keyword, Location at) => keyword switch
    {
        "$ref" or "anyOf" or "oneOf" or "allOf" => shape,
        "title" or "description" or "default" or "examples" or "example" or "deprecated" or "readOnly" or "writeOnly" or "$comment" or "$schema" or "$id" or "id"
            or "$defs" or "definitions" or "discriminator" or "contentMediaType" or "contentEncoding" or "strict" => shape,
        _ when keyword.StartsWith("x-", StringComparison.Ordinal) => shape,
        "type" => shape with { Types = shape.Types & Types(at) },
        "enum" => shape with { Values = Both(shape.Values, Values(at)) },
        "const" => shape with { Values = Both(shape.Values, [at.Element]) },
        "minLength" => shape with { Text = shape.Text with { Min = Count(at, ConstraintLimits.StringLength) } },
        "maxLength" => shape with { Text = shape.Text with { Max = Count(at, ConstraintLimits.StringLength) } },
        "pattern" => shape with { Text = shape.Text with { Patterns = [.. shape.Text.Patterns, (Text(at), at.Pointer)] } },
        "format" => Format(shape, at),
        "minimum" => shape with { Number = shape.Number.And(new() { Min = Decimal(at) }) },
        "maximum" => shape with { Number = shape.Number.And(new() { Max = Decimal(at) }) },
        "exclusiveMinimum" => shape with { Number = shape.Number.And(new() { Min = Decimal(at), MinExclusive = true }) },
        "exclusiveMaximum" => shape with { Number = shape.Number.And(new() { Max = Decimal(at), MaxExclusive = true }) },
        "multipleOf" => shape with { Number = shape.Number with { MultipleOf = [(Divisor(at), at.Pointer)] } },
        "properties" => shape with { Object = shape.Object with { Properties = [.. Members(at).Select(member => (member.Name, new Conjunction([at.At(member.Name)])))] } },
        "required" => shape with { Object = shape.Object with { Required = Names(at) } },
        "additionalProperties" => shape with { Object = shape.Object with { Additional = Schema(at) } },
        "prefixItems" => shape with { Array = shape.Array with { Prefix = List(at) } },
        "items" when at.Element.ValueKind == JsonValueKind.Array => shape with { Array = shape.Array with { Prefix = List(at) } },
        "items" or "additionalItems" => shape with { Array = shape.Array with { Items = Schema(at) } },
        "minItems" => shape with { Array = shape.Array with { Min = Count(at, ConstraintLimits.Items) } },
        "maxItems" => shape with { Array = shape.Array with { Max = Count(at, int.MaxValue) } },
        "uniqueItems" when at.Element.ValueKind == JsonValueKind.False => shape,
        _ => throw at.Error($"the keyword '{keyword}' is not supported; leave it out"),
    };

    /// <summary>Required names that are not listed are written after those that are.</summary>
    private static Shape Listed(Shape shape)
    {
        var names = shape.Object.Properties.Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        var missing = shape.Object.Required.Where(name => !names.Contains(name)).Select(name => (name, shape.Object.Additional ?? Conjunction.Anything));
        return shape with { Object = shape.Object with { Properties = [.. shape.Object.Properties, .. missing] } };
    }

    private static Shape Format(Shape shape, Location at) => StringFormats.Find(Text(at)) is { } pattern
        ? shape with { Text = shape.Text with { Patterns = [.. shape.Text.Patterns, (pattern, at.Pointer)] } }
        : throw at.Error($"the format '{Text(at)}' is not supported; known are {string.Join(", ", StringFormats.Names)}");

    private static JsonTypes Types(Location at) => at.Element.ValueKind == JsonValueKind.Array
        ? at.Element.EnumerateArray().Aggregate(JsonTypes.None, (types, item) => types | Type(item, at))
        : Type(at.Element, at);

    private static JsonTypes Type(JsonElement name, Location at) => (name.ValueKind == JsonValueKind.String ? name.GetString() : null) switch
    {
        "null" => JsonTypes.Null,
        "boolean" => JsonTypes.Boolean,
        "object" => JsonTypes.Object,
        "array" => JsonTypes.Array,
        "string" => JsonTypes.String,
        "integer" => JsonTypes.Integer,
        "number" => JsonTypes.Number,
        _ => throw at.Error("a type is null, boolean, object, array, string, integer or number"),
    };

    private static IReadOnlyList<JsonElement>? Both(IReadOnlyList<JsonElement>? known, IReadOnlyList<JsonElement> values) =>
        known is null ? values : [.. known.Where(a => values.Any(b => JsonElement.DeepEquals(a, b)))];

    private static IReadOnlyList<JsonElement> Values(Location at)
    {
        if (at.Element.ValueKind != JsonValueKind.Array || at.Element.GetArrayLength() == 0)
            throw at.Error("a list of values is needed");
        return at.Element.GetArrayLength() <= ConstraintLimits.EnumValues
            ? [.. at.Element.EnumerateArray()]
            : throw at.Error(FormattableString.Invariant($"more than {ConstraintLimits.EnumValues} values"));
    }

    private static int Count(Location at, int most)
    {
        if (at.Element.ValueKind != JsonValueKind.Number || !at.Element.TryGetDecimal(out var number) || number < 0 || number != decimal.Truncate(number))
            throw at.Error("a whole number of at least 0 is needed");
        return number <= most ? (int)number : throw at.Error(FormattableString.Invariant($"the number is larger than {most}"));
    }

    private static decimal Decimal(Location at) =>
        at.Element.ValueKind == JsonValueKind.Number && at.Element.TryGetDecimal(out var number) && Math.Abs(number) < 1e15m
            ? number
            : throw at.Error("a number between -1e15 and 1e15 is needed");

    private static decimal Divisor(Location at) => Decimal(at) is > 0 and var divisor ? divisor : throw at.Error("a number above 0 is needed");

    private static string Text(Location at) => at.Element.ValueKind == JsonValueKind.String ? at.Element.GetString()! : throw at.Error("a string is needed");

    private static Conjunction Schema(Location at) => at.Element.ValueKind == JsonValueKind.True ? Conjunction.Anything : new([at]);

    private static IReadOnlyList<Conjunction> List(Location at) => at.Element.ValueKind == JsonValueKind.Array
        ? [.. at.Element.EnumerateArray().Select((item, i) => Schema(at.With(FormattableString.Invariant($"{i}"), item)))]
        : throw at.Error("a list of schemas is needed");

    private static JsonElement.ObjectEnumerator Members(Location at) =>
        at.Element.ValueKind == JsonValueKind.Object ? at.Element.EnumerateObject() : throw at.Error("an object of schemas is needed");

    private static HashSet<string> Names(Location at) => at.Element.ValueKind == JsonValueKind.Array && at.Element.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
        ? at.Element.EnumerateArray().Select(item => item.GetString()!).ToHashSet(StringComparer.Ordinal)
        : throw at.Error("a list of names is needed");
}
