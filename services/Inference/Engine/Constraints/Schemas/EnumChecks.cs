using System.Text.Json;

namespace Aigc.Inference.Engine.Constraints.Schemas;

/// <summary>Listed values beside other keywords: those the other keywords forbid are dropped; what would need a whole validator is refused.</summary>
internal static class EnumChecks
{
    public static Shape Filter(Shape shape, Location place)
    {
        if (shape.Values is not { } values)
            return shape;
        foreach (var value in values)
        {
            if ((value.ValueKind == JsonValueKind.String && !shape.Text.IsAny)
                || (value.ValueKind == JsonValueKind.Object && !shape.Object.IsAny)
                || (value.ValueKind == JsonValueKind.Array && !shape.Array.IsAny))
                throw place.Error($"enum and const do not go together with other keywords for values of kind {value.ValueKind}; leave those out");
        }
        return shape with { Values = [.. values.Where(value => (shape.Types & TypeOf(value)) != 0 && Fits(shape.Number, value, place))] };
    }

    public static JsonTypes TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => JsonTypes.Null,
        JsonValueKind.True or JsonValueKind.False => JsonTypes.Boolean,
        JsonValueKind.Object => JsonTypes.Object,
        JsonValueKind.Array => JsonTypes.Array,
        JsonValueKind.String => JsonTypes.String,
        _ => value.TryGetDecimal(out var number) && number == decimal.Truncate(number) ? JsonTypes.Integer : JsonTypes.Fraction,
    };

    private static bool Fits(NumberShape number, JsonElement value, Location place)
    {
        if (value.ValueKind != JsonValueKind.Number || number.IsAny)
            return true;
        return value.TryGetDecimal(out var exact) ? number.Allows(exact) : throw place.Error("a listed number is too large to be compared");
    }
}
