using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;

namespace Aigc.Contracts.Inference;

/// <summary>
/// Command: turn texts into vectors with one model. Sent to the model's pool, <c>inference.text.&lt;pool&gt;</c>; answered with <see cref="TextEmbedded"/> or
/// <see cref="EmbeddingFailed"/>. Repeating it gives the same vectors.
/// </summary>
public sealed record EmbedText
{
    /// <summary>Most inputs of one command: their vectors must fit into a message. Whoever has more sends several.</summary>
    public const int MostInputs = 256;

    /// <summary>Identity of the request; echoed.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>The model, loaded by the worker if it is not.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>What is embedded, 1 to <see cref="MostInputs"/>.</summary>
    public required IReadOnlyList<EmbeddingInput> Inputs { get; init; }

    /// <summary>Keep this many of a vector's first dimensions and scale it to length 1 again (Matryoshka models); null for all.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Cut inputs that are longer than the model reads, instead of refusing them.</summary>
    public bool Truncate { get; init; }
}

/// <summary>One input: a text or its tokens.</summary>
public sealed record EmbeddingInput
{
    /// <summary>The text; or use <see cref="Tokens"/>.</summary>
    public string? Text { get; init; }

    /// <summary>The text's tokens, without those the model puts around every text.</summary>
    public IReadOnlyList<int> Tokens { get; init; } = [];
}

/// <summary>Event and reply: the vectors.</summary>
public sealed record TextEmbedded
{
    /// <summary>The request.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>A vector for each input, in their order.</summary>
    public required IReadOnlyList<IReadOnlyList<float>> Vectors { get; init; }

    /// <summary>Tokens of each input, those included that the model puts around every text.</summary>
    public required IReadOnlyList<int> TokenCounts { get; init; }

    /// <summary>Digest of the model folder that answered.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Event and reply: no vectors.</summary>
public sealed record EmbeddingFailed
{
    /// <summary>The request.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>Why: <c>invalid_request</c>, <c>context_length_exceeded</c>, <c>model_not_loadable</c>, <c>model_output_invalid</c>, …</summary>
    public required Problem Problem { get; init; }
}
