using System.Text;
using System.Text.Json;

namespace Aigc.Inference.Engine.Constraints.Schemas;

/// <summary>A place in a schema.</summary>
/// <param name="Pointer">JSON pointer of the place.</param>
/// <param name="Element">What is written there.</param>
internal sealed record Location(string Pointer, JsonElement Element)
{
    public Location At(string name) => new(Pointer + "/" + Escape(name), Element.GetProperty(name));

    public Location With(string name, JsonElement value) => new(Pointer + "/" + Escape(name), value);

    public SchemaException Error(string reason) => new(Pointer, reason);

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}

/// <summary>A schema's text, parsed within limits, and where its references lead. References leave the document nowhere.</summary>
internal sealed class SchemaDocument
{
    private SchemaDocument(JsonElement root) => Root = new("", root);

    public Location Root { get; }

    public static SchemaDocument Parse(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > ConstraintLimits.SchemaBytes)
            throw new SchemaException("", FormattableString.Invariant($"it is larger than {ConstraintLimits.SchemaBytes} bytes"));
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = ConstraintLimits.SchemaDepth, AllowDuplicateProperties = false });
            var root = document.RootElement.Clone();
            return root.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False
                ? new(root)
                : throw new SchemaException("", "a schema is an object");
        }
        catch (JsonException e)
        {
            throw new SchemaException("", $"it is not JSON: {e.Message}");
        }
    }

    /// <summary>The place a <c>$ref</c> names; <c>#</c> and <c>#/…</c> are understood.</summary>
    public Location Resolve(Location reference)
    {
        if (reference.Element.ValueKind != JsonValueKind.String)
            throw reference.Error("a $ref is a string");
        var target = reference.Element.GetString()!;
        if (target is not "#" && !target.StartsWith("#/", StringComparison.Ordinal))
            throw reference.Error($"the reference '{target}' leaves the schema; only '#' and '#/…' are followed");
        var place = Root;
        foreach (var step in target.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            JsonElement next = default;
            var found = place.Element.ValueKind switch
            {
                JsonValueKind.Object => place.Element.TryGetProperty(name, out next),
                JsonValueKind.Array => int.TryParse(name, out var index) && (uint)index < (uint)place.Element.GetArrayLength() && Take(place.Element[index], out next),
                _ => false,
            };
            if (!found)
                throw reference.Error($"the reference '{target}' leads nowhere");
            place = place.With(name, next);
        }
        return place;
    }

    private static bool Take(JsonElement value, out JsonElement taken)
    {
        taken = value;
        return true;
    }
}
