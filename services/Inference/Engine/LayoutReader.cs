using Aigc.Models.Folders;
using Aigc.Models.Onnx;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Aigc.Inference.Engine;

/// <summary>
/// Recognises the layout of a decoder's graph from what its file declares. The graph is the truth; the folder's configurations fill in what it leaves
/// open, and what they contradict is refused. An input that nobody here knows is refused by name rather than guessed.
/// </summary>
internal sealed class LayoutReader(GraphFile file, DecoderFolder folder)
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private OnnxFile Graph => file.Graph;

    private string File => file.Variant.File;

    /// <summary>Reads the layout and its dimensions.</summary>
    /// <exception cref="ModelNotLoadableException">Names the file and the reason.</exception>
    public static DecoderGraph Read(GraphFile file, DecoderFolder folder) => new LayoutReader(file, folder).Read();

    private DecoderGraph Read()
    {
        var genAi = folder.GenAi;
        var (inputs, outputs) = (genAi?.Inputs ?? new Dictionary<string, string>(), genAi?.Outputs ?? new Dictionary<string, string>());
        var layout = new DecoderLayout
        {
            InputIds = Required(inputs.GetValueOrDefault("input_ids", "input_ids"), OnnxType.I64),
            AttentionMask = Optional(inputs.GetValueOrDefault("attention_mask", "attention_mask"), OnnxType.I64),
            PositionIds = Optional(inputs.GetValueOrDefault("position_ids", "position_ids"), OnnxType.I64),
            SeqLensK = Optional("seqlens_k", OnnxType.I32),
            TotalLength = Optional("total_sequence_length", OnnxType.I32),
            LogitRowsInput = Optional("logit_rows", OnnxType.I64),
            LogitsToKeep = Optional("num_logits_to_keep", OnnxType.I64),
            UseCacheBranch = Optional("use_cache_branch", OnnxType.Bool),
            Logits = outputs.GetValueOrDefault("logits", "logits"),
            PastKey = inputs.GetValueOrDefault("past_key_names", "past_key_values.%d.key"),
            PastValue = inputs.GetValueOrDefault("past_value_names", "past_key_values.%d.value"),
            PresentKey = outputs.GetValueOrDefault("present_key_names", "present.%d.key"),
            PresentValue = outputs.GetValueOrDefault("present_value_names", "present.%d.value"),
        };
        var (layers, heads, width, type) = ReadCache(layout);
        var logits = Graph.Outputs.GetValueOrDefault(layout.Logits) ?? throw Refused($"the graph has no \"{layout.Logits}\"");
        var logitType = DecoderLayout.Supported(logits.Type) ?? throw Refused($"\"{layout.Logits}\" is {logits.Type}; fp32 and fp16 are understood");
        foreach (var input in Graph.Inputs.Keys)
        {
            if (!_known.Contains(input))
                throw Refused($"the graph needs \"{input}\", which nothing here gives it");
        }
        return new(layers, heads, width, Vocabulary(logits))
        {
            Layout = layout with { Cache = ReadKind(layout, layers), CacheType = type, LogitType = logitType, Rows = ReadRows(layout, logits) },
        };
    }

    private (int Layers, int Heads, int Width, TensorElementType Type) ReadCache(DecoderLayout layout)
    {
        var layers = 0;
        while (Graph.Inputs.ContainsKey(layout.CacheOf(layers)[0].Past))
            layers++;
        if (layers == 0)
            throw Refused($"the graph has no \"{layout.CacheOf(0)[0].Past}\": a decoder must be exported with its past (Optimum: text-generation-with-past)");
        var (first, type) = (default((int Heads, int Width)), TensorElementType.Float);
        for (var layer = 0; layer < layers; layer++)
        {
            foreach (var (past, present) in layout.CacheOf(layer))
            {
                var value = Graph.Inputs.GetValueOrDefault(past) ?? throw Refused($"the graph has no \"{past}\"");
                if (!Graph.Outputs.ContainsKey(present))
                    throw Refused($"the graph has no \"{present}\"");
                if (value.Dimensions is not { Count: 4 } shape)
                    throw Refused($"\"{past}\" is not a tensor with 4 dimensions");
                type = DecoderLayout.Supported(value.Type) ?? throw Refused($"\"{past}\" is {value.Type}; caches of fp32 and fp16 are kept");
                (int, int) dimensions = (Settle(past, "key heads", shape[1], KvHeads), Settle(past, "the width of a head", shape[3], HeadDim));
                if (layer == 0)
                    first = dimensions;
                if (dimensions != first || Graph.Inputs[layout.CacheOf(0)[0].Past].Type != value.Type)
                    throw Refused($"layer {layer} has another cache shape than layer 0");
                _known.Add(past);
            }
        }
        if ((folder.GenAi?.Layers ?? folder.Config?.Layers) is { } said && said != layers)
            throw new ModelNotLoadableException(folder.ConfigFile, FormattableString.Invariant($"it says {said} layers and the graph has {layers}"));
        return (layers, first.Heads, first.Width, type);
    }

    private int? KvHeads => folder.GenAi?.KvHeads ?? folder.Config?.KvHeads;

    private int? HeadDim => folder.GenAi?.HeadDim ?? folder.Config?.HeadDim;

    private int Settle(string name, string what, long declared, int? configured)
    {
        if (declared > 0 && configured is { } said && said != declared)
            throw new ModelNotLoadableException(folder.ConfigFile, FormattableString.Invariant($"{what}: it says {said} and \"{name}\" of the graph {declared}"));
        return declared is > 0 and <= 1 << 20 ? (int)declared : configured ?? throw Refused($"{what} of \"{name}\" is fixed neither in the graph nor in {folder.ConfigFile}");
    }

    private int Vocabulary(OnnxValue logits)
    {
        var configured = folder.GenAi?.Vocabulary ?? folder.Config?.Vocabulary;
        var declared = logits.Dimensions is { Count: > 0 } shape ? shape[^1] : -1;
        // Some exporters pad the head; a graph with fewer logits than tokens is another model's.
        if (declared > 0 && configured > declared)
            throw new ModelNotLoadableException(folder.ConfigFile, FormattableString.Invariant($"it says {configured} tokens and the graph has logits for {declared}"));
        return declared is > 0 and <= 1 << 24 ? (int)declared : configured ?? throw Refused($"the vocabulary is fixed neither in the graph nor in {folder.ConfigFile}");
    }

    private CacheKind ReadKind(DecoderLayout layout, int layers)
    {
        var shared = Enumerable.Range(0, layers).SelectMany(layout.CacheOf).Count(name => Graph.SharedCaches.Contains(name.Past));
        if (shared != 0 && shared != 2 * layers)
            throw Refused("some layers append to their cache in place and some do not");
        // Both lengths or a mask: without either the operator would not know a row's length.
        if (shared > 0 && layout.AttentionMask is null && (layout.SeqLensK is null || layout.TotalLength is null))
            throw Refused("the graph has neither \"attention_mask\" nor \"seqlens_k\" and \"total_sequence_length\"");
        return shared > 0 ? CacheKind.Shared : CacheKind.Growing;
    }

    private LogitRows ReadRows(DecoderLayout layout, OnnxValue logits)
    {
        if (layout.LogitRowsInput is not null)
            return logits.Dimensions is { Count: 2 } ? LogitRows.Chosen : throw Refused($"\"{layout.Logits}\" is not a tensor with 2 dimensions");
        if (logits.Dimensions is not { Count: 3 } shape)
            throw Refused($"\"{layout.Logits}\" is not a tensor with 3 dimensions");
        return layout.LogitsToKeep is not null || shape[1] == 1 ? LogitRows.Last : LogitRows.All;
    }

    private string Required(string name, OnnxType type) => Optional(name, type) ?? throw Refused($"the graph has no \"{name}\"");

    private string? Optional(string name, OnnxType type)
    {
        if (!Graph.Inputs.TryGetValue(name, out var value))
            return null;
        if (value.Type != type)
            throw Refused($"\"{name}\" is {value.Type}, not {type}");
        _known.Add(name);
        return name;
    }

    private ModelNotLoadableException Refused(string reason) => new(File, reason);
}
