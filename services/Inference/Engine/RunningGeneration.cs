using System.Security.Cryptography;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine.Adapters;
using Aigc.Inference.Serving;

namespace Aigc.Inference.Engine;

/// <summary>
/// One request on its way through the engine. Written by the generator's thread; the rest of the worker sees <see cref="Answer"/>,
/// <see cref="FirstText"/>, <see cref="Completion"/> and <see cref="Cancel"/>.
/// </summary>
internal sealed class RunningGeneration(GenerationRequest request, Action wake) : Seat(request.Prompt.Count), ITextRun
{
    private readonly TaskCompletionSource<GenerationResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _firstText = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SplitMix _random = new(Seed(request.Sampling));
    private volatile bool _cancelled;

    /// <summary>Ids of the prompt.</summary>
    public int[] Prompt { get; } = [.. request.Prompt];

    /// <summary>How tokens are chosen.</summary>
    public SamplingSpec Sampling => request.Sampling;

    /// <summary>The adapter it is answered with; null for the base alone.</summary>
    public AdapterWeights? Adapter => request.Adapter;

    /// <summary>When it arrived.</summary>
    public long Arrived => request.Arrived;

    /// <summary>The text while it comes.</summary>
    public AnswerText Answer { get; } = new(new StopTexts(request.Sampling.Stop));

    /// <summary>The finished answer, or <see cref="GenerationFailedException"/>.</summary>
    public Task<GenerationResult> Completion => _completion.Task;

    /// <summary>Completes when the first token has been chosen, or with the answer.</summary>
    public Task FirstText => _firstText.Task;

    /// <summary>The client is gone: the slot is free before the next step runs.</summary>
    public bool IsCancelled => _cancelled;

    /// <summary>Most tokens this request may choose: what it asked for, or what its slot has room for.</summary>
    public int TokenBudget { get; internal set; }

    /// <summary>Tokens chosen so far.</summary>
    public int Generated { get; internal set; }

    /// <summary>Tokens whose keys and values are in the slot.</summary>
    public int Length { get; internal set; }

    /// <summary>The token chosen last; the next one the model reads.</summary>
    public int LastToken { get; internal set; }

    /// <summary>When it got its slot; 0 before.</summary>
    public long Seated { get; internal set; }

    /// <summary>When the first token was chosen; 0 before.</summary>
    public long FirstTokenAt { get; internal set; }

    /// <summary>When the last token was chosen.</summary>
    public long LastTokenAt { get; internal set; }

    /// <summary>Asks the generator to stop; it answers with <c>cancelled</c>. Too late is no error.</summary>
    public void Cancel()
    {
        _cancelled = true;
        wake();
    }

    internal int Choose(Sampler sampler, ReadOnlySpan<float> logits) => sampler.Choose(logits, Sampling, ref _random);

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
