using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;

namespace Aigc.Contracts.Inference;

/// <summary>
/// Command: generate text with one model. Sent to the model's pool (see <see cref="InferenceQueues.Of"/>) by the application for interactive use, on
/// <c>inference.text.&lt;pool&gt;</c>, and by the generation saga for durable use, on <c>inference.batch.&lt;pool&gt;</c>; but for their order the worker sees no
/// difference.
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

    /// <summary>Functions the model may call, at most 128; with <see cref="Messages"/> alone, and where the model's template has a place for them.</summary>
    public IReadOnlyList<ToolSpec> Tools { get; init; } = [];

    /// <summary>Which of <see cref="Tools"/> it calls.</summary>
    public ToolChoice ToolChoice { get; init; } = new();

    /// <summary>How tokens are chosen.</summary>
    public SamplingSpec Sampling { get; init; } = new();

    /// <summary>Whether a person waits for it. Interactive requests take free slots before batch ones.</summary>
    public GenerationPriority Priority { get; init; }

    /// <summary>Address tokens are streamed to while they come; null for none. Lost pieces are repaired from the final answer.</summary>
    public Uri? StreamTo { get; init; }
}

/// <summary>Who waits for a generation.</summary>
public enum GenerationPriority
{
    /// <summary>A person.</summary>
    Interactive,

    /// <summary>Nobody: a chain or a batch that may take the capacity others leave.</summary>
    Batch,
}

/// <summary>One turn of a chat.</summary>
public sealed record ChatTurn
{
    /// <summary><c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Text; of a tool what came of its call; empty for an assistant that only called.</summary>
    public required string Content { get; init; }

    /// <summary>What the assistant called.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    /// <summary>Of a tool: the call it answers.</summary>
    public string? ToolCallId { get; init; }
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

    /// <summary>Which of the answers, from 0, where <see cref="SamplingSpec.Answers"/> asks for several. Each has its own sequence numbers.</summary>
    public int Answer { get; init; }

    /// <summary>Log probabilities of the tokens of this piece, where asked for.</summary>
    public IReadOnlyList<TokenLogProbability> LogProbabilities { get; init; } = [];

    /// <summary>Pieces of calls; they follow the text.</summary>
    public IReadOnlyList<ToolCallPiece> ToolCalls { get; init; } = [];
}

/// <summary>A chosen token and how likely it and its rivals were, before temperature and after penalties and biases.</summary>
public sealed record TokenLogProbability
{
    /// <summary>The token as text; a part of a character becomes U+FFFD.</summary>
    public required string Token { get; init; }

    /// <summary>Its bytes of UTF-8.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>Natural logarithm of its probability.</summary>
    public required double LogProbability { get; init; }

    /// <summary>The likeliest tokens at this place, likeliest first; without rivals of their own.</summary>
    public IReadOnlyList<TokenLogProbability> Top { get; init; } = [];
}

/// <summary>One of several answers to the same request.</summary>
public sealed record TextAnswer
{
    /// <summary>The whole text.</summary>
    public required string Text { get; init; }

    /// <summary><c>stop</c>, <c>length</c> or <c>tool_calls</c>.</summary>
    public required string FinishReason { get; init; }

    /// <summary>Log probabilities of its tokens, where asked for; not of those of calls.</summary>
    public IReadOnlyList<TokenLogProbability> LogProbabilities { get; init; } = [];

    /// <summary>What it calls.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];
}

/// <summary>Event and reply: the finished answer.</summary>
public sealed record TextGenerated
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>The whole text of the first answer.</summary>
    public required string Text { get; init; }

    /// <summary><c>stop</c>, <c>length</c> or <c>tool_calls</c>, of the first answer.</summary>
    public required string FinishReason { get; init; }

    /// <summary>All answers in their order; empty for the one in <see cref="Text"/> without log probabilities and calls.</summary>
    public IReadOnlyList<TextAnswer> Answers { get; init; } = [];

    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens of the prompt that were not computed, because the beginning was that of an earlier request.</summary>
    public int CachedPromptTokens { get; init; }

    /// <summary>Tokens of all answers.</summary>
    public required int CompletionTokens { get; init; }

    /// <summary>Digest of the folder that answered: the adapter's where there was one, else the model's.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>Seconds from arrival at the worker to the first token.</summary>
    public double SecondsToFirstToken { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();

    /// <summary>Place in the tree of jobs, and who pays; the command's.</summary>
    public JobLink? Job { get; init; }

    /// <summary>Name of the model that answered.</summary>
    public string? Model { get; init; }
}

/// <summary>Event and reply: no answer.</summary>
public sealed record TextGenerationFailed
{
    /// <summary>The generation.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>Why: <c>context_length_exceeded</c>, <c>model_not_loadable</c>, <c>cancelled</c>, …</summary>
    public required Problem Problem { get; init; }

    /// <summary>Place in the tree of jobs, and who pays; the command's.</summary>
    public JobLink? Job { get; init; }

    /// <summary>Name of the model that was asked.</summary>
    public string? Model { get; init; }

    /// <summary>Tokens of the prompt, where it was begun before its client left; else 0. Only work that was cancelled is paid for.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens chosen until then.</summary>
    public int CompletionTokens { get; init; }
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

    /// <summary>Queue of a text pool's batch work, for example <c>inference.batch.default</c>: it never stands before a person's request.</summary>
    public static string Batch(string pool) => $"inference.batch.{pool}";

    /// <summary>The queue a command belongs on.</summary>
    public static string Of(GenerateText command) =>
        command.Priority == GenerationPriority.Batch ? Batch(command.Model.Pool) : Text(command.Model.Pool);
}
