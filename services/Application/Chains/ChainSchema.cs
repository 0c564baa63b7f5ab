using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aigc.Application.Chains;

/// <summary>The JSON schema of chain files (draft 2020-12), read off the same shape the parser checks. Published as <c>docs/chain.schema.json</c>.</summary>
internal static class ChainSchema
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema's text.</summary>
    public static string Text()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Aigc chain file",
            ["description"] = "What one run of the chain does: data, annotation, training, generation, distribution.",
        };
        foreach (var (key, value) in Of(ChainShape.Document).ToArray())
        {
            schema[key] = value?.DeepClone();
        }

        schema["dependentRequired"] = new JsonObject { ["generation"] = new JsonArray("training"), ["distribution"] = new JsonArray("generation") };
        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Of(ValueSpec spec) => spec switch
    {
        MapSpec map => Of(map),
        ListSpec list => list.AtLeast > 0
            ? new JsonObject { ["type"] = "array", ["items"] = Of(list.Item), ["minItems"] = list.AtLeast }
            : new JsonObject { ["type"] = "array", ["items"] = Of(list.Item) },
        TextSpec { OneOf: { } known } => new JsonObject { ["enum"] = new JsonArray([.. known.Select(k => JsonValue.Create(k))]) },
        TextSpec { Pattern: { } pattern } => new JsonObject { ["type"] = "string", ["pattern"] = pattern },
        TextSpec => new JsonObject { ["type"] = "string", ["minLength"] = 1 },
        NumberSpec number => Of(number),
        _ => new JsonObject { ["type"] = "boolean" },
    };

    private static JsonObject Of(MapSpec map)
    {
        var properties = new JsonObject();
        foreach (var key in map.Keys)
        {
            var property = Of(key.Value);
            property["description"] = key.About;
            properties[key.Name] = property;
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (map.Keys.Any(key => key.Required))
        {
            schema["required"] = new JsonArray([.. map.Keys.Where(key => key.Required).Select(key => JsonValue.Create(key.Name))]);
        }

        return schema;
    }

    private static JsonObject Of(NumberSpec number)
    {
        var schema = new JsonObject { ["type"] = number.Whole ? "integer" : "number" };
        if (number.Above is { } above)
        {
            schema["exclusiveMinimum"] = above;
        }

        if (number.AtLeast is { } least)
        {
            schema["minimum"] = least;
        }

        if (number.AtMost is { } most)
        {
            schema["maximum"] = most;
        }

        return schema;
    }
}
