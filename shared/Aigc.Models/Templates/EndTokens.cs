using System.Text.Json;
using Aigc.Models.Text;

namespace Aigc.Models.Templates;

/// <summary>The tokens that end an answer, from every file of a folder that names one.</summary>
internal static class EndTokens
{
    /// <summary>In the order <c>generation_config.json</c>, <c>config.json</c>, <c>eos_token</c>; none twice.</summary>
    public static IReadOnlyList<int> Read(string directory, string? eos, TextTokenizer tokenizer)
    {
        var ends = new List<int>();
        foreach (var file in (string[])["generation_config.json", "config.json"])
            ends.AddRange(Of(Path.Combine(directory, file)));
        if (eos is not null && tokenizer.TrySpecial(eos, out var id))
            ends.Add(id);
        return [.. ends.Distinct()];
    }

    static List<int> Of(string file)
    {
        if (!File.Exists(file))
            return [];
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("eos_token_id", out var ids))
            return [];
        return ids.ValueKind switch
        {
            JsonValueKind.Null => [],
            JsonValueKind.Array => [.. ids.EnumerateArray().Select(Id)],
            _ => [Id(ids)],
        };

        int Id(JsonElement id) => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var value) && value >= 0
            ? value
            : throw new FormatException($"eos_token_id in {Path.GetFileName(file)} is not the id of a token");
    }
}
