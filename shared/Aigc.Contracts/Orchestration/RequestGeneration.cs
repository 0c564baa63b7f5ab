using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;

namespace Aigc.Contracts.Orchestration;

/// <summary>Command: a durable generation: from a prompt to stored content. Consumed by the generation saga.</summary>
[Queue("orchestration.generations")]
public sealed record RequestGeneration
{
    /// <summary>Identity of the generation; sending it again re-announces the outcome.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Name of a registered model, or its digest.</summary>
    public required string Model { get; init; }

    /// <summary>Plain prompt; or use <see cref="Messages"/>.</summary>
    public string? Prompt { get; init; }

    /// <summary>Chat turns.</summary>
    public IReadOnlyList<ChatTurn> Messages { get; init; } = [];

    /// <summary>How tokens are chosen.</summary>
    public SamplingSpec Sampling { get; init; } = new();

    /// <summary>Address tokens are streamed to while they come; null for the progress of the job.</summary>
    public Uri? StreamTo { get; init; }
}

/// <summary>Event: the content exists and is stored.</summary>
public sealed record GenerationFinished
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>The stored text (<c>text/markdown</c>); its digest is the content's id.</summary>
    public required ArtifactRef Content { get; init; }

    /// <summary>The text itself.</summary>
    public required string Text { get; init; }

    /// <summary><c>stop</c> or <c>length</c>.</summary>
    public required string FinishReason { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>Digest of the model folder that answered.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>When the answer was stored.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>True when the same request had been answered before and nothing was generated again.</summary>
    public bool Reused { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Event: there is no content.</summary>
public sealed record GenerationFailed
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>Why.</summary>
    public required Problem Problem { get; init; }
}
