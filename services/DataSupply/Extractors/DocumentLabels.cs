using System.Text.Json;

namespace Aigc.DataSupply.Extractors;

/// <summary>
/// Reads what a row says of itself beside its text: <c>labels</c>, a list of names (empty for "none of them"), and <c>group</c>, a name. Other shapes are left out and
/// counted, and the document stays as one that nobody labelled: corpora have numbers and objects under these names, and a label misread as "harmless" would teach the wrong thing.
/// </summary>
internal static class DocumentLabels
{
    private const int MostLabels = 64;
    private const int MostCharacters = 128;

    public static IReadOnlyList<string>? Read(JsonElement row, SkipCounts skips)
    {
        if (!row.TryGetProperty("labels", out var labels) || labels.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (labels.ValueKind == JsonValueKind.Array && labels.GetArrayLength() <= MostLabels && labels.EnumerateArray().All(IsName))
        {
            return [.. labels.EnumerateArray().Select(label => label.GetString()!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        }

        skips.Add("labels-unreadable");
        return null;
    }

    public static string? Group(JsonElement row, SkipCounts skips)
    {
        if (!row.TryGetProperty("group", out var group) || group.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (IsName(group))
        {
            return group.GetString();
        }

        skips.Add("group-unreadable");
        return null;
    }

    private static bool IsName(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= MostCharacters } text && !text.Any(char.IsControl) && text.Trim().Length == text.Length;
}
