using Aigc.Contracts;

namespace Aigc.Inference.Engine;

/// <summary>From a row of logits to a longer answer, or its end. One instance a generator's thread.</summary>
internal sealed class TokenChooser(string model, Sampler sampler, ITokenText tokens, InferenceInstruments instruments, TimeProvider time)
{
    /// <summary>Who ended in this step, with the problem of those whose logits were not numbers.</summary>
    public List<(RunningGeneration Generation, Problem? Problem)> Finished { get; } = [];

    /// <summary>Chooses the next token from a row, which it changes. False when there is none.</summary>
    public bool Choose(RunningGeneration generation, Span<float> logits, long now)
    {
        var token = generation.Choose(sampler, logits);
        if (token < 0)
        {
            Finished.Add((generation, Problems.NotANumber(generation.Generated + 1)));
            return false;
        }
        Time(generation, now);
        if (tokens.IsEnd(token) || generation.StopsAt(token) || Append(generation, logits, token) || generation.IsComplete)
            Finish(generation, "stop");
        else if (generation.Generated >= generation.TokenBudget)
            Finish(generation, "length");
        if (generation.Generated == 1)
            generation.AnnounceFirstText();
        return true;
    }

    /// <summary>What a finished generation is answered with.</summary>
    public GenerationResult Result(RunningGeneration generation)
    {
        generation.Answer.Finish();
        var calls = generation.Calls?.Whole ?? [];
        return new(
            generation.Answer.Whole, calls.Count > 0 && generation.FinishReason == "stop" ? "tool_calls" : generation.FinishReason, generation.PromptTokens, generation.Generated,
            time.GetElapsedTime(generation.Arrived, generation.Seated),
            time.GetElapsedTime(generation.Arrived, generation.FirstTokenAt),
            time.GetElapsedTime(generation.Arrived))
        {
            CachedPromptTokens = generation.Cached,
            LogProbabilities = generation.Answer.Likelihoods,
            ToolCalls = calls,
        };
    }

    private bool Append(RunningGeneration generation, ReadOnlySpan<float> logits, int token) => generation.Sampling.TopLogProbabilities is { } rivals
        ? generation.Answer.Append(tokens.BytesOf(token), Likelihoods.Of(sampler, logits, token, rivals, tokens))
        : generation.Answer.Append(tokens.BytesOf(token));

    private void Finish(RunningGeneration generation, string reason)
    {
        generation.FinishReason = reason;
        Finished.Add((generation, null));
    }

    private void Time(RunningGeneration generation, long now)
    {
        if (generation.FirstTokenAt == 0)
        {
            generation.FirstTokenAt = now;
            instruments.FirstToken(model, generation.Priority, time.GetElapsedTime(generation.Arrived, now));
        }
        else
        {
            instruments.NextToken(model, time.GetElapsedTime(generation.LastTokenAt, now));
        }
        generation.LastTokenAt = now;
    }
}
