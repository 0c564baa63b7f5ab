using System.Text.Json;

namespace Aigc.Models.Folders;

/// <summary>
/// What a served model's <c>config.json</c> must say, whatever its family: the graph is the truth about everything else. Where the text model is a
/// part of a larger one (<c>text_config</c>), its part counts. A dimension is null where the file does not say it.
/// </summary>
public sealed record ModelConfig
{
    // Bounds keep a hostile file from asking for more memory than exists before anything has been checked.
    const int Largest = 1 << 24;

    /// <summary>Family, for messages.</summary>
    public string Family { get; private init; } = "unknown";

    /// <summary>Largest number of positions.</summary>
    public int? ContextLength { get; private init; }

    /// <summary>Rows of the embedding.</summary>
    public int? Vocabulary { get; private init; }

    /// <summary>Blocks.</summary>
    public int? Layers { get; private init; }

    /// <summary>Key and value heads.</summary>
    public int? KvHeads { get; private init; }

    /// <summary>Width of a head.</summary>
    public int? HeadDim { get; private init; }

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlyList<int> Ends { get; private init; } = [];

    /// <summary>The token that fills up, where there is one.</summary>
    public int? Padding { get; private init; }

    /// <summary>Whether the beginning of a vector is a vector too: the file names the lengths it was trained for (<c>matryoshka_dimensions</c>).</summary>
    public bool Shortens { get; private init; }

    /// <summary>Reads <c>config.json</c>.</summary>
    /// <exception cref="FormatException">A key has a value that cannot be.</exception>
    public static ModelConfig Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new FormatException("it is not an object");
        var part = root.TryGetProperty("text_config", out var text) && text.ValueKind == JsonValueKind.Object ? text : root;
        var ends = Tokens(part, "eos_token_id");
        return new()
        {
            Family = root.TryGetProperty("model_type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString()! : "unknown",
            ContextLength = Count(part, "max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "max_sequence_length", "seq_length", "model_max_length"),
            Vocabulary = Count(part, "vocab_size", "n_vocab"),
            Layers = Count(part, "num_hidden_layers", "n_layer", "n_layers", "num_layers"),
            KvHeads = Count(part, "num_key_value_heads", "num_kv_heads"),
            HeadDim = Count(part, "head_dim"),
            Ends = ends.Count > 0 ? ends : Tokens(root, "eos_token_id"),
            Padding = Tokens(part, "pad_token_id").Select(token => (int?)token).FirstOrDefault(),
            Shortens = root.TryGetProperty("matryoshka_dimensions", out var lengths) && lengths.ValueKind == JsonValueKind.Array && lengths.GetArrayLength() > 0,
        };
    }

    /// <summary>The ending tokens of <c>generation_config.json</c>, which count where a model has more than its configuration says.</summary>
    /// <exception cref="FormatException">The key has a value that cannot be.</exception>
    public static IReadOnlyList<int> ReadEnds(JsonElement root) => root.ValueKind == JsonValueKind.Object ? Tokens(root, "eos_token_id") : [];

    /// <summary>The first key of these that is there.</summary>
    internal static int? Count(JsonElement config, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (!config.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
                continue;
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is > 0 and <= Largest
                ? number
                : throw new FormatException($"{key} must be a positive whole number");
        }

        return null;
    }

    /// <summary>A token or a list of tokens.</summary>
    internal static IReadOnlyList<int> Tokens(JsonElement config, string key)
    {
        if (!config.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
            return [];
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Token)] : [Token(value)];

        // Minus one is how some files say "none".
        int Token(JsonElement token) => token.ValueKind == JsonValueKind.Number && token.TryGetInt32(out var id) && id is >= -1 and < Largest
            ? id
            : throw new FormatException($"{key} must be a token or a list of tokens");
    }
}
