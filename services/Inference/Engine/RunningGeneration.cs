using System.Security.Cryptography;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine.Adapters;
using Aigc.Inference.Engine.Tools;
using Aigc.Inference.Serving;

namespace Aigc.Inference.Engine;

/// <summary>
/// One request on its way through the engine. Written by the generator's thread; the rest of the worker sees <see cref="Answer"/>,
/// <see cref="FirstText"/>, <see cref="Completion"/> and <see cref="Cancel"/>.
/// </summary>
internal sealed class RunningGeneration : Seat, ITextRun
{
    private readonly GenerationRequest _request;
    private readonly Action _wake;
    private readonly TaskCompletionSource<GenerationResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstText = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LogitShape? _shape;
    private readonly int[] _stopTokens;
    private SplitMix _random;
    private volatile bool _cancelled;

    /// <summary>Takes a request in.</summary>
    /// <param name="request">The request.</param>
    /// <param name="slotLength">Tokens of prompt and answer that a slot has room for.</param>
    /// <param name="wake">Tells the generator that something changed.</param>
    public RunningGeneration(GenerationRequest request, int slotLength, Action wake)
        : base(request.Prompt.Count, Math.Max(Math.Min(request.Sampling.MaxTokens, slotLength - request.Prompt.Count), 0))
    {
        (_request, _wake) = (request, wake);
        (Tenant, Priority, CacheKey) = (request.Tenant, request.Priority, request.CacheKey);
        Tokens = new int[Need];
        for (var i = 0; i < PromptTokens; i++)
            Tokens[i] = request.Prompt[i];
        Answer = new(new StopTexts(Sampling.Stop), request.LeadingSpaces, request.Tools);
        _shape = LogitShape.For(Sampling, Tokens.AsSpan(0, PromptTokens), TokenBudget, request.Tools ?? request.Constraint);
        _stopTokens = [.. Sampling.StopTokens];
        _random = SplitMix.Of(Seed(Sampling), request.Answer);
    }

    /// <summary>How tokens are chosen.</summary>
    public SamplingSpec Sampling => _request.Sampling;

    /// <summary>The adapter it is answered with; null for the base alone.</summary>
    public AdapterWeights? Adapter => _request.Adapter;

    /// <summary>When it arrived.</summary>
    public long Arrived => _request.Arrived;

    /// <summary>The text while it comes.</summary>
    public AnswerText Answer { get; }

    /// <summary>What it calls while it comes; null for a request without tools.</summary>
    public AnswerCalls? Calls => _request.Tools?.Calls;

    /// <summary>The finished answer, or <see cref="GenerationFailedException"/>.</summary>
    public Task<GenerationResult> Completion => _completion.Task;

    /// <summary>Completes when the first token has been chosen, or with the answer.</summary>
    public Task FirstText => _firstText.Task;

    /// <summary>The client is gone: the slot is free before the next step runs.</summary>
    public bool IsCancelled => _cancelled;

    /// <summary>Most tokens this request may choose: what it asked for, or what its slot has room for.</summary>
    public int TokenBudget => Need - PromptTokens;

    /// <summary>Tokens chosen so far.</summary>
    public int Generated => Known - PromptTokens;

    /// <summary>The token chosen last; the next one the model reads.</summary>
    public int LastToken => Tokens[Known - 1];

    /// <summary>When it got its slot; 0 before.</summary>
    public long Seated { get; internal set; }

    /// <summary>When the first token was chosen; 0 before.</summary>
    public long FirstTokenAt { get; internal set; }

    /// <summary>When the last token was chosen.</summary>
    public long LastTokenAt { get; internal set; }

    /// <inheritdoc />
    public (int Prompt, int Completion) Computed => Seated == 0 ? default : (PromptTokens, Generated);

    /// <summary>Why it ended; empty before.</summary>
    public string FinishReason { get; internal set; } = "";

    /// <summary>Asks the generator to stop; it answers with <c>cancelled</c>. Too late is no error.</summary>
    public void Cancel()
    {
        _cancelled = true;
        _wake();
    }

    /// <summary>Chooses the next token of a row, which it changes; −1 when the logits are not numbers.</summary>
    internal int Choose(Sampler sampler, Span<float> logits)
    {
        if (_shape?.Apply(logits, TokenBudget - Generated) == false)
            return -1;
        var token = sampler.Choose(logits, Sampling, ref _random);
        if (token < 0)
            return token;
        _shape?.Accept(token);
        Tokens[Known++] = token;
        return token;
    }

    /// <summary>The draws to come: whoever draws from the copy sees the same numbers and takes none away.</summary>
    internal SplitMix Draws => _random;

    /// <summary>What a draft's row, which is changed, would be answered with behind the tokens ahead; −1 when it holds something that is not a number.</summary>
    internal int Guess(Sampler sampler, Span<float> logits, ReadOnlySpan<int> ahead, ref SplitMix draws)
    {
        _shape?.Lean(logits, ahead);
        return sampler.Choose(logits, Sampling, ref draws);
    }

    /// <summary>Whether a token ends this answer, beside the model's own ends.</summary>
    internal bool StopsAt(int token) => _stopTokens.AsSpan().Contains(token);

    /// <summary>Whether the answer is what was asked for and can only end: no step is spent on the token that says so.</summary>
    internal bool IsComplete => _shape?.IsFinished == true;

    internal void AnnounceFirstText() => _firstText.TrySetResult();

    internal void Succeed(GenerationResult result)
    {
        _completion.TrySetResult(result);
        _firstText.TrySetResult();
    }

    internal void Fail(Problem problem)
    {
        _completion.TrySetException(new GenerationFailedException(problem));
        _ = _completion.Task.Exception; // observed: a client that left does not read it
        _firstText.TrySetResult();
    }

    private static ulong Seed(SamplingSpec sampling)
    {
        if (sampling.Seed is { } seed)
            return unchecked((ulong)seed);
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes);
    }
}
