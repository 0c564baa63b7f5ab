using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aigc.Models.Llama;

/// <summary>
/// Dimensions of a Llama decoder: RMS norm, rotary positions (half-split), grouped-query attention, SwiGLU. Written to and read from
/// the <c>config.json</c> of a Hugging Face folder.
/// </summary>
public sealed record LlamaShape
{
    /// <summary>Decoder blocks.</summary>
    public required int Layers { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int Dim { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads; divides <see cref="Heads"/>.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Width of a head; even.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int Ffn { get; init; }

    /// <summary>Tokens in the vocabulary, special ones included.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Largest number of positions.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public float RopeTheta { get; init; } = 10000f;

    /// <summary>Epsilon of the RMS norms.</summary>
    public float NormEpsilon { get; init; } = 1e-5f;

    /// <summary>True when the output projection is the embedding.</summary>
    public bool TiedEmbeddings { get; init; } = true;

    /// <summary>For tests: seconds to train to something visible.</summary>
    public static LlamaShape Nano { get; } = new()
    {
        Layers = 2, Dim = 64, Heads = 2, KvHeads = 1, HeadDim = 32, Ffn = 192, Vocabulary = 512, ContextLength = 128,
    };

    /// <summary>About 3.9 million parameters: what two processor cores teach something in four minutes.</summary>
    public static LlamaShape Tiny { get; } = new()
    {
        Layers = 4, Dim = 256, Heads = 8, KvHeads = 2, HeadDim = 32, Ffn = 704, Vocabulary = 4096, ContextLength = 512,
    };

    /// <summary>About 25 million parameters, for machines with time or an accelerator.</summary>
    public static LlamaShape Mini { get; } = new()
    {
        Layers = 8, Dim = 512, Heads = 8, KvHeads = 4, HeadDim = 64, Ffn = 1376, Vocabulary = 8192, ContextLength = 1024,
    };

    /// <summary>Width of all query heads together.</summary>
    public int QueryWidth => Heads * HeadDim;

    /// <summary>Width of all key heads together (the same for values).</summary>
    public int KeyWidth => KvHeads * HeadDim;

    /// <summary>Number of weights; tied ones are counted once.</summary>
    public long Parameters => LlamaWeights.Names(this).Sum(name => LlamaWeights.Dimensions(this, name).Aggregate(1L, (a, b) => a * b));

    /// <summary>The shape of that name.</summary>
    /// <exception cref="ArgumentException">No shape has that name.</exception>
    public static LlamaShape Named(string name) => name switch
    {
        "nano" => Nano,
        "tiny" => Tiny,
        "mini" => Mini,
        _ => throw new ArgumentException($"No shape is called \"{name}\"; there are nano, tiny and mini.", nameof(name)),
    };

    /// <summary>Reads <c>config.json</c> of a Llama folder.</summary>
    /// <exception cref="FormatException">A key is missing or has a value that cannot be.</exception>
    public static LlamaShape Read(JsonElement config)
    {
        var type = Text(config, "model_type");
        if (type != "llama")
            throw new FormatException($"model_type is \"{type}\"; only \"llama\" is understood");
        if (config.TryGetProperty("rope_scaling", out var scaling) && scaling.ValueKind != JsonValueKind.Null)
            throw new FormatException("rope_scaling is not supported");
        var heads = Count(config, "num_attention_heads", null);
        var dim = Count(config, "hidden_size", null);
        var shape = new LlamaShape
        {
            Layers = Count(config, "num_hidden_layers", null),
            Dim = dim,
            Heads = heads,
            KvHeads = Count(config, "num_key_value_heads", heads),
            HeadDim = Count(config, "head_dim", dim / heads),
            Ffn = Count(config, "intermediate_size", null),
            Vocabulary = Count(config, "vocab_size", null),
            ContextLength = Count(config, "max_position_embeddings", null),
            RopeTheta = Number(config, "rope_theta", 10000f),
            NormEpsilon = Number(config, "rms_norm_eps", 1e-5f),
            TiedEmbeddings = config.TryGetProperty("tie_word_embeddings", out var tied) && tied.ValueKind == JsonValueKind.True,
        };
        if (shape.Heads % shape.KvHeads != 0)
            throw new FormatException("num_key_value_heads does not divide num_attention_heads");
        if (shape.HeadDim % 2 != 0)
            throw new FormatException("head_dim is odd");
        return shape;
    }

    /// <summary>The <c>config.json</c> of this shape.</summary>
    public JsonObject ToConfig(int bos, int eos) => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["hidden_act"] = "silu",
        ["hidden_size"] = Dim,
        ["intermediate_size"] = Ffn,
        ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = Heads,
        ["num_key_value_heads"] = KvHeads,
        ["head_dim"] = HeadDim,
        ["vocab_size"] = Vocabulary,
        ["max_position_embeddings"] = ContextLength,
        ["rope_theta"] = RopeTheta,
        ["rms_norm_eps"] = NormEpsilon,
        ["tie_word_embeddings"] = TiedEmbeddings,
        ["attention_bias"] = false,
        ["mlp_bias"] = false,
        ["bos_token_id"] = bos,
        ["eos_token_id"] = eos,
        ["torch_dtype"] = "float32",
    };

    static string Text(JsonElement config, string key) =>
        config.ValueKind == JsonValueKind.Object && config.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new FormatException($"{key} is missing");

    static int Count(JsonElement config, string key, int? otherwise)
    {
        if (!config.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
            return otherwise ?? throw new FormatException($"{key} is missing");
        // The bound keeps a hostile file from asking for more memory than exists before anything has been checked.
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is > 0 and <= 1 << 24
            ? number
            : throw new FormatException($"{key} must be a positive whole number");
    }

    static float Number(JsonElement config, string key, float otherwise)
    {
        if (!config.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null)
            return otherwise;
        return value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && number > 0
            ? number
            : throw new FormatException($"{key} must be a positive number");
    }
}
