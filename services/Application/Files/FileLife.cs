using System.Globalization;
using System.Text.Json;
using Aigc.Application.OpenAI;

namespace Aigc.Application.Files;

/// <summary>Reads <c>expires_after</c>: <c>{"anchor": "created_at", "seconds": 3600 … 2592000}</c>.</summary>
internal static class FileLife
{
    private const long Shortest = 3600;
    private const long Longest = 2_592_000;

    /// <summary>Of a JSON body; null where it says nothing.</summary>
    public static TimeSpan? Read(RequestBody body, string name)
    {
        if (body.Get(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw RequestBody.Invalid(name, $"{name} is an object with anchor and seconds.");
        }

        var inner = new RequestBody(value);
        var (anchor, seconds) = (inner.Text("anchor"), inner.Whole("seconds", long.MinValue, long.MaxValue));
        inner.Done();
        return Of(anchor, seconds, name);
    }

    /// <summary>Of the fields <c>expires_after[anchor]</c> and <c>expires_after[seconds]</c> of a form.</summary>
    public static TimeSpan? Read(IReadOnlyDictionary<string, string> form)
    {
        const string Name = "expires_after";
        var (anchor, seconds) = (form.GetValueOrDefault($"{Name}[anchor]"), form.GetValueOrDefault($"{Name}[seconds]"));
        return anchor is null && seconds is null ? null
            : Of(anchor, long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null, Name);
    }

    private static TimeSpan Of(string? anchor, long? seconds, string name) => (anchor, seconds) switch
    {
        (not "created_at", _) => throw RequestBody.Invalid($"{name}.anchor", "The anchor must be created_at."),
        (_, >= Shortest and <= Longest) => TimeSpan.FromSeconds(seconds.Value),
        _ => throw RequestBody.Invalid($"{name}.seconds", $"seconds must be between {Shortest} and {Longest}."),
    };
}
