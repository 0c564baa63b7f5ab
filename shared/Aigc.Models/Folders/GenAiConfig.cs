using System.Globalization;
using System.Text.Json;

namespace Aigc.Models.Folders;

/// <summary>
/// <c>genai_config.json</c>, as ONNX Runtime's generate() library and its model builder write it: which graph, and what its inputs and outputs are
/// called. <c>%d</c> in a name stands for the layer.
/// </summary>
public sealed record GenAiConfig
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "genai_config.json";

    /// <summary>The graph.</summary>
    public required string Graph { get; init; }

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

    /// <summary>Input names by what they are, such as <c>input_ids</c> and <c>past_key_names</c>.</summary>
    public IReadOnlyDictionary<string, string> Inputs { get; private init; } = new Dictionary<string, string>();

    /// <summary>Output names by what they are, such as <c>logits</c> and <c>present_key_names</c>.</summary>
    public IReadOnlyDictionary<string, string> Outputs { get; private init; } = new Dictionary<string, string>();

    /// <summary>Puts a layer's number into a name.</summary>
    public static string OfLayer(string template, int layer) => template.Replace("%d", layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>Reads the file.</summary>
    /// <exception cref="FormatException">A key is missing, has a value that cannot be, or asks for what this engine does not do.</exception>
    public static GenAiConfig Read(JsonElement root)
    {
        var model = Part(root, "model") ?? throw new FormatException("model is missing");
        foreach (var other in (ReadOnlySpan<string>)["encoder", "vision", "speech", "embedding"])
        {
            if (Part(model, other) is not null)
                throw new FormatException($"model.{other} is not supported: only decoders of text are served");
        }

        var decoder = Part(model, "decoder") ?? throw new FormatException("model.decoder is missing");
        foreach (var key in (ReadOnlySpan<string>)["sliding_window", "sliding_window_key_value_cache"])
        {
            if (decoder.TryGetProperty(key, out var window) && window.ValueKind != JsonValueKind.Null)
                throw new FormatException($"model.decoder.{key} is not supported: a cache that slides is not kept here");
        }

        if (decoder.TryGetProperty("pipeline", out var pipeline) && pipeline.ValueKind == JsonValueKind.Array && pipeline.GetArrayLength() > 0)
            throw new FormatException("model.decoder.pipeline is not supported: the decoder must be one graph");
        return new()
        {
            Graph = decoder.TryGetProperty("filename", out var file) && file.ValueKind == JsonValueKind.String
                ? file.GetString()!
                : throw new FormatException("model.decoder.filename is missing"),
            ContextLength = ModelConfig.Count(model, "context_length"),
            Vocabulary = ModelConfig.Count(model, "vocab_size"),
            Layers = ModelConfig.Count(decoder, "num_hidden_layers"),
            KvHeads = ModelConfig.Count(decoder, "num_key_value_heads"),
            HeadDim = ModelConfig.Count(decoder, "head_size"),
            Ends = ModelConfig.Tokens(model, "eos_token_id"),
            Inputs = Names(decoder, "inputs"),
            Outputs = Names(decoder, "outputs"),
        };
    }

    static JsonElement? Part(JsonElement of, string key) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(key, out var part) && part.ValueKind == JsonValueKind.Object ? part : null;

    static Dictionary<string, string> Names(JsonElement decoder, string key) => Part(decoder, key) is { } names
        ? names.EnumerateObject().Where(name => name.Value.ValueKind == JsonValueKind.String).ToDictionary(name => name.Name, name => name.Value.GetString()!, StringComparer.Ordinal)
        : [];
}
