using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;

namespace Aigc.Contracts.Orchestration;

/// <summary>Command: find the model of a generation, and an earlier answer to the very same request.</summary>
[Queue("orchestration.generations.prepare")]
public sealed record PrepareGeneration
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>What was asked.</summary>
    public required RequestGeneration Request { get; init; }
}

/// <summary>Event: the model is known.</summary>
public sealed record GenerationPrepared
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>The model that will answer.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>The earlier answer to the same request, where the request repeats (it has a seed) and one is known.</summary>
    public StoredContent? Known { get; init; }
}

/// <summary>Command: store an answer as content.</summary>
[Queue("orchestration.generations.store")]
public sealed record StoreContent
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>What was asked.</summary>
    public required RequestGeneration Request { get; init; }

    /// <summary>The answer.</summary>
    public required TextGenerated Answer { get; init; }
}

/// <summary>Event: the content is stored.</summary>
public sealed record ContentStored
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>The content.</summary>
    public required StoredContent Content { get; init; }
}

/// <summary>Event: a step of a generation cannot succeed.</summary>
public sealed record GenerationStepFailed
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>Why.</summary>
    public required Problem Problem { get; init; }
}

/// <summary>An answer in the artifact store.</summary>
public sealed record StoredContent
{
    /// <summary>The bytes (<c>text/markdown</c>).</summary>
    public required ArtifactRef Artifact { get; init; }

    /// <summary>The text.</summary>
    public required string Text { get; init; }

    /// <summary><c>stop</c> or <c>length</c>.</summary>
    public required string FinishReason { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>Digest of the model folder that answered.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>When it was first stored.</summary>
    public required DateTimeOffset At { get; init; }
}
