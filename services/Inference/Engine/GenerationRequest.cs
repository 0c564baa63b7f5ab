using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine.Adapters;
using Aigc.Inference.Engine.Constraints;
using Aigc.Inference.Engine.Tools;

namespace Aigc.Inference.Engine;

/// <summary>What the engine is asked: token ids and how to go on from them.</summary>
/// <param name="Prompt">Ids of the prompt, at least one.</param>
/// <param name="Sampling">How tokens are chosen; all ids in it are tokens of the model.</param>
/// <param name="Arrived">Timestamp of arrival at the worker, from the engine's <see cref="TimeProvider"/>.</param>
internal sealed record GenerationRequest(IReadOnlyList<int> Prompt, SamplingSpec Sampling, long Arrived)
{
    /// <summary>Whose it is.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Who waits for it.</summary>
    public GenerationPriority Priority { get; init; }

    /// <summary>See <see cref="Seat.CacheKey"/>.</summary>
    public string? CacheKey { get; init; }

    /// <summary>Which of the answers to its prompt it is; each draws from a stream of its own, the first as if it were alone.</summary>
    public int Answer { get; init; }

    /// <summary>Spaces to leave out at the beginning of the answer, as many as there are up to this.</summary>
    public int LeadingSpaces { get; init; }

    /// <summary>What the answer must be; null for anything. Of this request alone.</summary>
    public ITokenConstraint? Constraint { get; init; }

    /// <summary>What it may call, in place of a <see cref="Constraint"/>; null for nothing. Of this request alone.</summary>
    public ToolCallRun? Tools { get; init; }

    /// <summary>The adapter it is answered with; null for the base alone.</summary>
    public AdapterWeights? Adapter { get; init; }
}

/// <summary>A finished answer.</summary>
/// <param name="Text">The whole text.</param>
/// <param name="FinishReason"><c>stop</c>, <c>length</c> or <c>tool_calls</c>.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CompletionTokens">Tokens chosen, the ending one included.</param>
/// <param name="QueueTime">Arrival to slot.</param>
/// <param name="TimeToFirstToken">Arrival to first token.</param>
/// <param name="Elapsed">Arrival to end.</param>
internal sealed record GenerationResult(
    string Text, string FinishReason, int PromptTokens, int CompletionTokens, TimeSpan QueueTime, TimeSpan TimeToFirstToken, TimeSpan Elapsed)
{
    /// <summary>Tokens of the prompt that were computed for an earlier request.</summary>
    public int CachedPromptTokens { get; init; }

    /// <summary>How likely the tokens of the text were, where asked for.</summary>
    public IReadOnlyList<TokenLogProbability> LogProbabilities { get; init; } = [];

    /// <summary>What is called.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];
}

/// <summary>A request that got no answer, for a reason its sender is told.</summary>
internal sealed class GenerationFailedException(Problem problem) : Exception(problem.Message)
{
    /// <summary>Why.</summary>
    public Problem Problem => problem;
}
