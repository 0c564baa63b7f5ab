using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aigc.Storage.Documents;

/// <summary>The one way documents become JSON. Times are UTC with seven decimals, so that their text sorts as they do.</summary>
public static class DocumentJson
{
    /// <summary>Options of every stored document.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>The text of a document.</summary>
    public static string Write<T>(T document) => JsonSerializer.Serialize(document, Options);

    /// <summary>The document of a text.</summary>
    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)
        ?? throw new JsonException($"A stored {typeof(T).Name} is the JSON value null.");

    /// <summary>A value as the JSON scalar it is stored as: null, string, bool, long or double.</summary>
    public static object? Scalar(object? value)
    {
        var element = JsonSerializer.SerializeToElement(value, Options);
        return element.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => element.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => element.TryGetInt64(out var integer) ? integer : element.GetDouble(),
            _ => throw new ArgumentException($"A {value?.GetType().Name} cannot be compared in a query.", nameof(value)),
        };
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.Converters.Add(new UtcConverter());
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        private const string Format = "yyyy-MM-ddTHH:mm:ss.fffffffZ";

        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture));
    }
}
