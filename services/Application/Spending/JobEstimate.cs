using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Spending;

/// <summary>What a long job is likely to cost, where its command tells: answers at their longest, and training for all the minutes it may take on one processor.</summary>
internal static class JobEstimate
{
    // The registry is not asked: a prompt of a durable request is bounded by its bytes alone.
    private const int AnyContext = 1_000_000;

    public static long Of(object command, PriceList prices, DateTimeOffset now) => command switch
    {
        RequestGeneration one => TokenBound.Of(new { one.Prompt, one.Messages }, AnyContext, one.Sampling.MaxTokens, one.Sampling.Answers).Cost(prices.RatesOf(one.Model, now)),
        TrainModel run => Training(run.Training, prices.RatesOf(run.Name, now)),
        RunChain run => Chain(run.Chain, prices.RatesOf(run.Chain.Name, now)),
        _ => 0,
    };

    private static long Chain(ChainSpec chain, IReadOnlyDictionary<string, long> rates)
    {
        var answers = chain.Generation is { } generation
            ? generation.Prompts.Sum(prompt => TokenBound.Of(prompt, AnyContext, generation.Sampling.MaxTokens, generation.Sampling.Answers).Cost(rates))
            : 0;
        return answers + (chain.Training is { } training ? Training(training, rates) : 0);
    }

    private static long Training(TrainingSpec training, IReadOnlyDictionary<string, long> rates)
    {
        var milliseconds = (long)Math.Clamp(training.Budget.Minutes * 60_000, 0, 1e12);
        return Meters.Cost(new Dictionary<string, long> { [Meters.CpuSeconds] = milliseconds, [Meters.TrainingHours] = milliseconds }, rates);
    }
}
