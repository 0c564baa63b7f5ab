using Aigc.Models.Folders;
using Aigc.Models.Onnx;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Aigc.Inference.Engine;

/// <summary>What becomes of a layer's keys and values.</summary>
internal enum CacheKind
{
    /// <summary>Attention appends to a buffer of fixed length, in place.</summary>
    Shared,

    /// <summary>The graph gives back what it was given and the new tokens behind it.</summary>
    Growing,
}

/// <summary>Which tokens of a run the graph gives logits for.</summary>
internal enum LogitRows
{
    /// <summary>Those named by <c>logit_rows</c>, <c>[R, V]</c>.</summary>
    Chosen,

    /// <summary>All, <c>[B, S, V]</c>.</summary>
    All,

    /// <summary>The last of each row, <c>[B, 1, V]</c>.</summary>
    Last,
}

/// <summary>Inputs and outputs of a decoder's graph: what they are called, and which of them it has. Names are null where it has none.</summary>
internal sealed record DecoderLayout
{
    /// <summary>Our own export.</summary>
    public static DecoderLayout Own { get; } = new()
    {
        SeqLensK = "seqlens_k",
        TotalLength = "total_sequence_length",
        LogitRowsInput = "logit_rows",
        Rows = LogitRows.Chosen,
    };

    public CacheKind Cache { get; init; } = CacheKind.Shared;

    /// <summary>Element type of the cache: fp32 or fp16.</summary>
    public TensorElementType CacheType { get; init; } = TensorElementType.Float;

    /// <summary>Element type of the logits: fp32 or fp16.</summary>
    public TensorElementType LogitType { get; init; } = TensorElementType.Float;

    public LogitRows Rows { get; init; }

    public string InputIds { get; init; } = "input_ids";

    public string? AttentionMask { get; init; }

    public string? PositionIds { get; init; }

    public string? SeqLensK { get; init; }

    public string? TotalLength { get; init; }

    public string? LogitRowsInput { get; init; }

    /// <summary><c>num_logits_to_keep</c>: a number of tokens from the end.</summary>
    public string? LogitsToKeep { get; init; }

    /// <summary><c>use_cache_branch</c> of merged graphs: whether there is a past.</summary>
    public string? UseCacheBranch { get; init; }

    public string Logits { get; init; } = "logits";

    /// <summary>Templates with <c>%d</c> for the layer.</summary>
    public string PastKey { get; init; } = "past_key_values.%d.key";

    /// <inheritdoc cref="PastKey" />
    public string PastValue { get; init; } = "past_key_values.%d.value";

    /// <inheritdoc cref="PastKey" />
    public string PresentKey { get; init; } = "present.%d.key";

    /// <inheritdoc cref="PastKey" />
    public string PresentValue { get; init; } = "present.%d.value";

    /// <summary>Bytes of a value of the cache.</summary>
    public int CacheSize => SizeOf(CacheType);

    /// <summary>Bytes of a number of that type.</summary>
    public static int SizeOf(TensorElementType type) => type == TensorElementType.Float16 ? sizeof(ushort) : sizeof(float);

    /// <summary>Names of what a layer takes and gives: key and value.</summary>
    public (string Past, string Present)[] CacheOf(int layer) =>
    [
        (GenAiConfig.OfLayer(PastKey, layer), GenAiConfig.OfLayer(PresentKey, layer)),
        (GenAiConfig.OfLayer(PastValue, layer), GenAiConfig.OfLayer(PresentValue, layer)),
    ];

    /// <summary>As ONNX Runtime calls it; null for a type caches and logits cannot have here.</summary>
    public static TensorElementType? Supported(OnnxType type) => type switch
    {
        OnnxType.F32 => TensorElementType.Float,
        OnnxType.F16 => TensorElementType.Float16,
        _ => null,
    };
}
