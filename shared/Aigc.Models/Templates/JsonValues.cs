using System.Text.Json;

namespace Aigc.Models.Templates;

/// <summary>JSON as values of templates.</summary>
internal static class JsonValues
{
    /// <summary>Every text and key counts as data.</summary>
    public static object? Read(JsonElement json) => Read(json, JinjaText.OfData);

    /// <summary>As the configuration of a model has it: every text counts as the template's.</summary>
    public static object? ReadTrusted(JsonElement json) => Read(json, JinjaText.OfTemplate);

    static object? Read(JsonElement json, Func<string, JinjaText> text) => json.ValueKind switch
    {
        JsonValueKind.String => text(json.GetString()!),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => Number(json),
        JsonValueKind.Array => new JinjaList([.. json.EnumerateArray().Select(item => Read(item, text))]),
        JsonValueKind.Object => new JinjaMap(json.EnumerateObject().Select(property => new KeyValuePair<object?, object?>(text(property.Name), Read(property.Value, text)))),
        _ => null,
    };

    static object Number(JsonElement json) =>
        json.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0 && json.TryGetInt64(out var whole) ? (object)whole : json.GetDouble();
}
