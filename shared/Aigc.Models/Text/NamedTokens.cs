using System.Text.Json;

namespace Aigc.Models.Text;

/// <summary>Tokens that <c>tokenizer_config.json</c> gives a name to, and what stands before a plain prompt.</summary>
internal static class NamedTokens
{
    static readonly string[] Names = ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"];

    /// <summary>Their spellings by name; the file has them as texts or as objects with <c>content</c>.</summary>
    public static IReadOnlyDictionary<string, string> Read(JsonElement configuration)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Names)
        {
            if (!configuration.TryGetProperty(name, out var token))
                continue;
            if (token.ValueKind == JsonValueKind.Object && token.TryGetProperty("content", out var content))
                token = content;
            if (token.ValueKind == JsonValueKind.String)
                tokens[name] = token.GetString()!;
        }
        return tokens;
    }

    /// <summary>What a text to be continued begins with: as <c>add_bos_token</c> says, else what the tokenizer's post-processor puts first.</summary>
    public static int[] Begin(JsonElement configuration, IReadOnlyDictionary<string, string> named, TextTokenizer text)
    {
        if (configuration.TryGetProperty("add_bos_token", out var adds) && adds.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return adds.GetBoolean() && named.TryGetValue("bos_token", out var bos) && text.TrySpecial(bos, out var id) ? [id] : [];
        return [.. text.Before];
    }
}
