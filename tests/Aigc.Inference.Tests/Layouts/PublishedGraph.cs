using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Tests.Layouts;

/// <summary>How a published graph attends.</summary>
internal enum Attends
{
    /// <summary>As Optimum writes it: standard operators, a mask, a cache that grows by concatenation.</summary>
    Plainly,

    /// <summary>As onnx-community and the model builder write it: GroupQueryAttention, its lengths computed from the mask inside of the graph.</summary>
    Grouped,
}

/// <summary>
/// Writes a Llama decoder the way others publish it, with weights that our own export can have too: the independent twin of
/// <see cref="LlamaGraph"/>. Inputs <c>input_ids</c>, <c>attention_mask</c>, maybe <c>position_ids</c>; logits for every token.
/// </summary>
internal sealed record PublishedGraph
{
    public LlamaShape Shape { get; init; } = LlamaShape.Nano;

    public Attends Attends { get; init; }

    public PublishedWeights Format { get; init; }

    public bool PositionIds { get; init; } = true;

    /// <summary>Two branches and <c>use_cache_branch</c>, as in <c>decoder_model_merged.onnx</c>.</summary>
    public bool Merged { get; init; }

    /// <summary>The branch with a past was traced with one token: it has no causal mask.</summary>
    public bool TracedWithOneToken { get; init; }

    /// <summary><c>num_logits_to_keep</c>.</summary>
    public bool LogitsToKeep { get; init; }

    /// <summary>Positions are counted from the past's length, also where attention appends in place.</summary>
    public bool PositionsFromPast { get; init; }

    /// <summary>Rows the graph takes; null for any number.</summary>
    public int? Batch { get; init; }

    /// <summary>The mask hides nothing, as in graphs that take it and ignore it.</summary>
    public bool IgnoresMask { get; init; }

    /// <summary>The past hides nothing and adds nothing: a graph that is broken.</summary>
    public bool IgnoresPast { get; init; }

    /// <summary>Key heads the graph declares, where it lies.</summary>
    public int? DeclaredKvHeads { get; init; }

    /// <summary>A token whose embedding is not a number.</summary>
    public int? PoisonedToken { get; init; }

    /// <summary>Names of past and present by layer.</summary>
    public string Past { get; init; } = "past_key_values.%d.{0}";

    public string Present { get; init; } = "present.%d.{0}";

    public OnnxFileOptions File { get; init; } = new();

    /// <summary>Where the second half of the weights lies; null for one file.</summary>
    public string? SecondData { get; init; }

    public bool IsHalf => Format is PublishedWeights.Fp16 or PublishedWeights.Int4Fp16;

    public OnnxType Real => IsHalf ? OnnxType.F16 : OnnxType.F32;

    public void Write(string directory, int seed = 1)
    {
        Directory.CreateDirectory(directory);
        using var graph = new OnnxGraph(directory, File);
        new PublishedWriter(this, graph, new(this, graph, new RandomWeights(Shape, seed))).Write();
    }

    public string PastOf(int layer, string part) => Name(Past, layer, part);

    public string PresentOf(int layer, string part) => Name(Present, layer, part);

    private static string Name(string template, int layer, string part) =>
        template.Replace("%d", layer.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{0}", part, StringComparison.Ordinal);
}
