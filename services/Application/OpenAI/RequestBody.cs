using System.Text.Json;
using Aigc.ServiceDefaults;

namespace Aigc.Application.OpenAI;

/// <summary>
/// The body of a request, read parameter by parameter. What was not read in the end is unknown and refused: a parameter that changes
/// the meaning of a request is never dropped in silence.
/// </summary>
internal sealed class RequestBody
{
    private readonly JsonElement _body;
    private readonly HashSet<string> _read = [];

    public RequestBody(JsonElement body) => _body = body.ValueKind == JsonValueKind.Object
        ? body
        : throw new ProblemException("invalid_type", "The body must be a JSON object.");

    public static ProblemException Invalid(string param, string message) => new("invalid_value", message, param);

    public static ProblemException Unsupported(string param, string message) => new("unsupported_parameter", message, param);

    /// <summary>The parameter, or null when it is absent or null.</summary>
    public JsonElement? Get(string name)
    {
        _read.Add(name);
        return _body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    public string? Text(string name) => Get(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw Wrong(name, "a string"),
    };

    public string Required(string name) => Text(name) is { Length: > 0 } text
        ? text
        : throw new ProblemException("missing_required_parameter", $"You must provide a {name} parameter.", name);

    public bool Flag(string name) => Get(name) switch
    {
        null or { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.True } => true,
        _ => throw Wrong(name, "true or false"),
    };

    public double? Number(string name, double least, double most) => Get(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var value) => value >= least && value <= most
            ? value
            : throw Invalid(name, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name} must be between {least} and {most}, not {value}.")),
        _ => throw Wrong(name, "a number"),
    };

    public long? Whole(string name, long least, long most) => Get(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var value) => value >= least && value <= most
            ? value
            : throw Invalid(name, $"{name} must be between {least} and {most}, not {value}."),
        _ => throw Wrong(name, "a whole number"),
    };

    /// <summary>A string, or a list of strings.</summary>
    public IReadOnlyList<string> Texts(string name, int most)
    {
        var values = Get(name) switch
        {
            null => [],
            { ValueKind: JsonValueKind.String } one => [one.GetString()!],
            { ValueKind: JsonValueKind.Array } many when many.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => many.EnumerateArray().Select(item => item.GetString()!).ToArray(),
            _ => throw Wrong(name, "a string or a list of strings"),
        };
        return values.Length > most ? throw Invalid(name, $"{name} takes at most {most} entries, not {values.Length}.")
            : Array.Exists(values, string.IsNullOrEmpty) ? throw Invalid(name, $"{name} must not contain an empty string.")
            : values;
    }

    /// <summary>Refuses a parameter unless it says what would be done anyway.</summary>
    public void Only(string name, Func<JsonElement, bool> harmless, string why)
    {
        if (Get(name) is { } value && !harmless(value))
        {
            throw Unsupported(name, why);
        }
    }

    /// <summary>Accepts parameters that change nothing about the answer.</summary>
    public void Harmless(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            _read.Add(name);
        }
    }

    /// <summary>Refuses what nobody read.</summary>
    public void Done()
    {
        foreach (var property in _body.EnumerateObject())
        {
            if (!_read.Contains(property.Name))
            {
                throw new ProblemException("unknown_parameter", $"Unknown parameter: '{property.Name}'.", property.Name);
            }
        }
    }

    private static ProblemException Wrong(string name, string wanted) => new("invalid_type", $"{name} must be {wanted}.", name);
}
