using System.Text.Json;

namespace Aigc.Models.Folders;

/// <summary>The steps sentence-transformers puts behind a model, from <c>modules.json</c> and the pooling's own configuration.</summary>
internal sealed record EncoderModules
{
    /// <summary>Where the pooling is configured, relative to the folder.</summary>
    public string PoolingFile { get; private init; } = "1_Pooling/config.json";

    /// <summary>Whether vectors are scaled to length 1.</summary>
    public bool Normalises { get; private init; }

    /// <summary>Reads <c>modules.json</c>.</summary>
    /// <exception cref="FormatException">A step is not one of transformer, pooling and normalisation.</exception>
    public static EncoderModules Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Array)
            throw new FormatException("it is not a list of modules");
        var modules = new EncoderModules();
        foreach (var module in root.EnumerateArray())
        {
            var type = Text(module, "type");
            // "sentence_transformers.models.Pooling"; newer ones have longer paths.
            modules = type[(type.LastIndexOf('.') + 1)..] switch
            {
                "Transformer" => modules,
                "Pooling" => modules with { PoolingFile = Text(module, "path") + "/config.json" },
                "Normalize" => modules with { Normalises = true },
                var other => throw new FormatException($"the module {other} is not supported; Transformer, Pooling and Normalize are"),
            };
        }

        return modules;
    }

    /// <summary>Reads the pooling's configuration.</summary>
    /// <exception cref="FormatException">It asks for another pooling, or for several.</exception>
    public static Pooling? ReadPooling(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new FormatException("it is not an object");
        // The newer form is one name, the older a flag for each.
        string[] wanted = root.TryGetProperty("pooling_mode", out var mode) && mode.ValueKind == JsonValueKind.String
            ? [mode.GetString()!]
            : [.. root.EnumerateObject().Where(p => p.Name.StartsWith("pooling_mode_", StringComparison.Ordinal) && p.Value.ValueKind == JsonValueKind.True).Select(p => p.Name["pooling_mode_".Length..])];
        return wanted switch
        {
            [] or ["mean" or "mean_tokens"] => Pooling.Mean,
            ["cls" or "cls_token"] => Pooling.Cls,
            ["lasttoken" or "last_token"] => Pooling.LastToken,
            _ => throw new FormatException($"the pooling {string.Join(" and ", wanted)} is not supported; mean, cls and lasttoken are"),
        };
    }

    static string Text(JsonElement of, string key) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new FormatException($"a module has no {key}");
}
