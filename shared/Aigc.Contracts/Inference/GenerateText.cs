using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;

namespace Aigc.Contracts.Inference;

/// <summary>
/// Command: generate text with one model. Sent to the model's pool, <c>inference.text.&lt;pool&gt;</c> (see <see cref="InferenceQueues"/>),
/// by the application for interactive use and by the generation saga for durable use; the worker sees no difference.
/// </summary>
public sealed record GenerateText
{
    /// <summary>Identity of the generation; the same id is answered with the same result.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>The model, loaded by the worker if it is not.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>Plain prompt; or use <see cref="Messages"/>.</summary>
    public string? Prompt { get; init; }

    /// <summary>Chat turns, rendered by the model's own template.</summary>
    public IReadOnlyList<ChatTurn> Messages { get; init; } = [];

    /// <summary>How tokens are chosen.</summary>
    public SamplingSpec Sampling { get; init; } = new();

    /// <summary>Address tokens are streamed to while they come; null for none. Lost pieces are repaired from the final answer.</summary>
    public Uri? StreamTo { get; init; }
}

/// <summary>One turn of a chat.</summary>
public sealed record ChatTurn
{
    /// <summary><c>system</c>, <c>user</c> or <c>assistant</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Text.</summary>
    public required string Content { get; init; }
}

/// <summary>How tokens are chosen. Names and ranges are OpenAI's.</summary>
public sealed record SamplingSpec
{
    /// <summary>Most tokens to generate.</summary>
    public int MaxTokens { get; init; } = 128;

    /// <summary>0 is greedy; at most 2.</summary>
    public double Temperature { get; init; } = 0.8;

    /// <summary>Nucleus: the smallest set of tokens with this mass (0–1].</summary>
    public double TopP { get; init; } = 1;

    /// <summary>The k most likely tokens; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Same seed, model and request: same text.</summary>
    public long? Seed { get; init; }

    /// <summary>Texts that end the answer; not part of it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];
}

/// <summary>Streamed piece of an answer. Transient: sequence numbers start at 0 and have no gaps unless one was lost.</summary>
public sealed record TextStreamed
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>Number of the piece.</summary>
    public required int Sequence { get; init; }

    /// <summary>Text of the piece: whole characters only.</summary>
    public required string Text { get; init; }
}

/// <summary>Event and reply: the finished answer.</summary>
public sealed record TextGenerated
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>The whole text.</summary>
    public required string Text { get; init; }

    /// <summary><c>stop</c> or <c>length</c>.</summary>
    public required string FinishReason { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>Digest of the model folder that answered.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>Seconds from arrival at the worker to the first token.</summary>
    public double SecondsToFirstToken { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Event and reply: no answer.</summary>
public sealed record TextGenerationFailed
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>Why: <c>context_length_exceeded</c>, <c>model_not_loadable</c>, <c>cancelled</c>, …</summary>
    public required Problem Problem { get; init; }
}

/// <summary>Event to every worker: the client of a generation is gone; free its slot.</summary>
public sealed record GenerationAbandoned
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }
}

/// <summary>Command: have a model ready before the first request. Sent to the model's pool.</summary>
public sealed record LoadModel
{
    /// <summary>The model.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>Who waits for it; echoed.</summary>
    public required Guid RequestId { get; init; }
}

/// <summary>Event: a worker has the model ready.</summary>
public sealed record ModelLoaded
{
    /// <summary>Who asked.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>The model.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>Seconds it took; 0 when it was loaded already.</summary>
    public double Seconds { get; init; }
}

/// <summary>Event: a worker cannot load the model.</summary>
public sealed record ModelLoadFailed
{
    /// <summary>Who asked.</summary>
    public required Guid RequestId { get; init; }

    /// <summary>Names the file and the reason.</summary>
    public required Problem Problem { get; init; }
}

/// <summary>Names of the queues inference pools are drained from: one a pool, so that pods scale by its length.</summary>
public static class InferenceQueues
{
    /// <summary>Queue of a text pool, for example <c>inference.text.default</c>.</summary>
    public static string Text(string pool) => $"inference.text.{pool}";
}
