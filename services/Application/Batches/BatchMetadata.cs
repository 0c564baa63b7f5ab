using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Contracts.Application;

namespace Aigc.Application.Batches;

/// <summary>Reads <c>metadata</c>: at most 16 pairs of strings.</summary>
internal static class BatchMetadata
{
    private const string Name = "metadata";
    private const int MostPairs = 16;
    private const int LongestKey = 64;
    private const int LongestValue = 512;

    public static IReadOnlyList<MetadataPair> Read(RequestBody body) => body.Get(Name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Object } map when map.EnumerateObject().DistinctBy(pair => pair.Name).Count() is <= MostPairs and var count && count == map.EnumerateObject().Count() =>
            [.. map.EnumerateObject().Select(Pair)],
        _ => throw RequestBody.Invalid(Name, $"metadata is an object of at most {MostPairs} strings."),
    };

    private static MetadataPair Pair(JsonProperty pair) =>
        pair is { Name.Length: > 0 and <= LongestKey, Value.ValueKind: JsonValueKind.String } && pair.Value.GetString() is { Length: <= LongestValue } text
            ? new MetadataPair { Key = pair.Name, Value = text }
            : throw RequestBody.Invalid($"{Name}.{pair.Name}", $"A key has at most {LongestKey} characters; its value is a string of at most {LongestValue}.");
}
