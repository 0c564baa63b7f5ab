using System.Text.Json;

namespace Aigc.Models.Folders;

/// <summary>What an <c>adapter_config.json</c> says, as far as serving needs it. Whatever would change the numbers and is not computed here is refused by name.</summary>
/// <param name="Rank"><c>r</c>.</param>
/// <param name="Scale">Factor of B·A: alpha over r, or over its root where the adapter is rank-stabilised.</param>
public sealed record AdapterConfig(int Rank, float Scale)
{
    const int MostRank = 1024;

    /// <summary>Reads the file's content.</summary>
    /// <exception cref="FormatException">Names the key.</exception>
    public static AdapterConfig Read(JsonElement config)
    {
        if (config.ValueKind != JsonValueKind.Object || Text(config, "peft_type") is not { } type)
            throw new FormatException("peft_type is missing");
        if (type != "LORA")
            throw new FormatException($"peft_type is \"{type}\"; only \"LORA\" is understood");
        foreach (var property in config.EnumerateObject())
        {
            if (Refused(property) is { } why)
                throw new FormatException($"{property.Name} is set: {why}");
        }

        var rank = Number(config, "r");
        if (rank is not (>= 1 and <= MostRank) || rank != Math.Floor(rank))
            throw new FormatException($"r must be a whole number from 1 to {MostRank}");
        var alpha = Number(config, "lora_alpha");
        if (!double.IsFinite(alpha))
            throw new FormatException("lora_alpha must be a number");
        var stabilised = config.TryGetProperty("use_rslora", out var rslora) && rslora.ValueKind == JsonValueKind.True;
        return new((int)rank, (float)(alpha / (stabilised ? Math.Sqrt(rank) : rank)));
    }

    static string? Refused(JsonProperty property) => (property.Name, property.Value.ValueKind) switch
    {
        ("use_dora", JsonValueKind.True) => "weight-decomposed adapters are not computed here; merge it into its base, or train without",
        ("bias", JsonValueKind.String) when property.Value.GetString() != "none" => "adapters that change biases are not computed here; train with bias \"none\"",
        ("lora_bias", JsonValueKind.True) => "adapters with biases are not computed here",
        ("fan_in_fan_out", JsonValueKind.True) => "weights stored the other way round are not read",
        ("modules_to_save", JsonValueKind.Array) when property.Value.GetArrayLength() > 0 => "whole modules cannot be replaced in a running model",
        ("rank_pattern" or "alpha_pattern", JsonValueKind.Object) when property.Value.EnumerateObject().Any() => "one rank and one alpha for all modules are understood",
        ("layer_replication", JsonValueKind.Array) => "the base's layers cannot be rearranged in a running model",
        ("trainable_token_indices", not (JsonValueKind.Null or JsonValueKind.False)) => "embeddings cannot be changed in a running model",
        (var name, JsonValueKind.True) when name.StartsWith("use_", StringComparison.Ordinal) && name != "use_rslora" => "this variant is not computed here",
        _ => null,
    };

    static string? Text(JsonElement config, string key) =>
        config.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static double Number(JsonElement config, string key) =>
        config.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : double.NaN;
}
