using Aigc.Inference.Engine;
using Aigc.Models.Folders;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Embeddings;

/// <summary>Inputs and the output of an encoder's graph that are used, checked against what its file declares.</summary>
internal sealed record EncoderGraph
{
    // In the order of preference: the finished vector, then the tokens' vectors, then a head that was trained for something else.
    private static readonly string[] Outputs = ["sentence_embedding", "last_hidden_state", "token_embeddings", "pooler_output"];

    /// <summary><c>token_type_ids</c>: zeros for a single text.</summary>
    public bool TokenTypes { get; private init; }

    /// <summary><c>position_ids</c>, which decoders ask for.</summary>
    public bool Positions { get; private init; }

    /// <summary>Caches of a decoder that is used as an encoder, with heads and width: they stay empty.</summary>
    public IReadOnlyList<OnnxValue> Pasts { get; private init; } = [];

    /// <summary>The output that is read.</summary>
    public string Output { get; private init; } = "";

    /// <summary>Whether the output has one vector a text, and not one a token.</summary>
    public bool IsPooled { get; private init; }

    /// <summary>Whether the output is in half precision.</summary>
    public bool IsHalf { get; private init; }

    /// <summary>Width of a vector; 0 where the graph does not fix it.</summary>
    public int Dimensions { get; private init; }

    /// <summary>Reads the declarations of a graph.</summary>
    /// <exception cref="ModelNotLoadableException">Names the file and the reason.</exception>
    public static EncoderGraph Read(GraphFile file)
    {
        var (inputs, name) = (file.Graph.Inputs, file.Variant.File);
        foreach (var required in (ReadOnlySpan<string>)["input_ids", "attention_mask"])
        {
            if (!inputs.ContainsKey(required))
                throw new ModelNotLoadableException(name, $"the graph has no \"{required}\"");
        }
        var pasts = new List<OnnxValue>();
        foreach (var input in inputs.Values)
        {
            var isPast = input.Name.StartsWith("past_key_values.", StringComparison.Ordinal);
            if (isPast && input.Dimensions is { Count: 4 } shape && shape[1] > 0 && shape[3] > 0 && DecoderLayout.Supported(input.Type) is not null)
                pasts.Add(input);
            else if (input.Name is not ("input_ids" or "attention_mask" or "token_type_ids" or "position_ids"))
                throw new ModelNotLoadableException(name, $"the graph needs \"{input.Name}\", which nothing here gives it");
            else if (input.Type != OnnxType.I64)
                throw new ModelNotLoadableException(name, $"\"{input.Name}\" is {input.Type}, not {OnnxType.I64}");
        }
        var output = Outputs.Select(known => file.Graph.Outputs.GetValueOrDefault(known)).FirstOrDefault(value => value is not null)
            ?? throw new ModelNotLoadableException(name, $"the graph has none of {string.Join(", ", Outputs)}");
        var pooled = output.Name is "sentence_embedding" or "pooler_output";
        if (output.Dimensions is { } dimensions && dimensions.Count != (pooled ? 2 : 3))
            throw new ModelNotLoadableException(name, $"\"{output.Name}\" is not a tensor with {(pooled ? 2 : 3)} dimensions");
        return new()
        {
            TokenTypes = inputs.ContainsKey("token_type_ids"),
            Positions = inputs.ContainsKey("position_ids"),
            Pasts = pasts,
            Output = output.Name,
            IsPooled = pooled,
            IsHalf = output.Type switch
            {
                OnnxType.F32 => false,
                OnnxType.F16 => true,
                var other => throw new ModelNotLoadableException(name, $"\"{output.Name}\" is {other}; fp32 and fp16 are understood"),
            },
            Dimensions = (int)Math.Clamp(output.Dimensions?[^1] ?? 0, 0, 1 << 20),
        };
    }
}
