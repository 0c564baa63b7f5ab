using System.Diagnostics;
using System.Text;
using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Inference.Tests.Serving;

namespace Aigc.Inference.Tests.Soak;

/// <summary>
/// Many streams at once over several models and adapters, with all kinds of sampling, several answers, both classes, several tenants and clients that leave. Each stream
/// checks its own text against what the same request gave when it was alone.
/// </summary>
internal sealed class Soak(TestWorker worker)
{
    private const int Prompts = 12;

    private static readonly SamplingSpec[] Samplings =
    [
        new() { Temperature = 0, MaxTokens = 30 },
        new() { Temperature = 1, MaxTokens = 50 },
        new() { Temperature = 0.8, TopK = 40, TopP = 0.9, MaxTokens = 40 },
        new() { Temperature = 1.2, MinP = 0.02, RepetitionPenalty = 1.2, FrequencyPenalty = 0.3, PresencePenalty = 0.2, MaxTokens = 60 },
        new() { Temperature = 1, LogitBias = new Dictionary<int, double> { [40] = 3, [41] = -100 }, Answers = 3, MaxTokens = 25 },
        new() { Temperature = 1, TopLogProbabilities = 3, Stop = ["e", "th"], MaxTokens = 30 },
    ];

    private readonly List<Case> _cases = [];
    private long _answers;
    private long _cancelled;
    private long _tokens;
    private long _cached;

    public long Answers => Interlocked.Read(ref _answers);

    public long Cancelled => Interlocked.Read(ref _cancelled);

    public long Tokens => Interlocked.Read(ref _tokens);

    public long CachedTokens => Interlocked.Read(ref _cached);

    /// <summary>What every request gives alone.</summary>
    public async Task Prepare(params ModelRef[] models)
    {
        foreach (var model in models)
        {
            for (var prompt = 0; prompt < Prompts; prompt++)
            {
                // A shared beginning for half of them, so that computed prefixes are found.
                var text = (prompt % 2 == 0 ? "The quick brown fox jumps over the lazy dog, and the dog's friends " : "") + "number " + prompt;
                var sampling = Samplings[prompt % Samplings.Length] with { Seed = 100 + prompt };
                var runs = await Start(new(model, text, sampling, []), "alone " + prompt, GenerationPriority.Interactive);
                _cases.Add(new(model, text, sampling, [.. (await Task.WhenAll(runs.Runs.Select(run => run.Completion))).Select(result => result.Text)]));
                runs.Lease.Dispose();
            }
        }
    }

    /// <summary>Runs that many streams until the time is over.</summary>
    public Task Run(int streams, TimeSpan time)
    {
        var until = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        return Task.WhenAll(Enumerable.Range(0, streams).Select(stream => Task.Run(async () =>
        {
            var random = new Random(stream);
            while (Stopwatch.GetTimestamp() < until)
                await One(_cases[random.Next(_cases.Count)], random);
        })));
    }

    private async Task One(Case request, Random random)
    {
        var priority = random.Next(4) == 0 ? GenerationPriority.Batch : GenerationPriority.Interactive;
        var (runs, lease) = await Start(request, "tenant " + random.Next(5), priority);
        using (lease)
        {
            var leaves = random.Next(4) == 0 ? random.Next(30) : int.MaxValue;
            await Task.WhenAll(runs.Select((run, answer) => Follow(run, request.Expected[answer], leaves)));
        }
    }

    private async Task Follow(ITextRun run, string expected, int leaves)
    {
        var text = new StringBuilder();
        if (leaves == 0)
            run.Cancel(); // most likely still in the line
        await run.FirstText;
        for (bool over = false; !over;)
        {
            over = run.Completion.IsCompleted;
            text.Append(run.Answer.TakeNew());
            Assert.StartsWith(text.ToString(), expected, StringComparison.Ordinal);
            if (text.Length >= leaves)
                run.Cancel();
            if (!over)
                await Task.WhenAny(run.Completion, Task.Delay(2));
        }
        try
        {
            var result = await run.Completion;
            Assert.Equal(expected, result.Text);
            Assert.Equal(expected, text.ToString());
            Interlocked.Increment(ref _answers);
            Interlocked.Add(ref _tokens, result.CompletionTokens);
            Interlocked.Add(ref _cached, result.CachedPromptTokens);
        }
        catch (GenerationFailedException e) when (e.Problem.Code == "cancelled" && leaves < int.MaxValue)
        {
            Interlocked.Increment(ref _cancelled);
        }
    }

    private async Task<(IReadOnlyList<ITextRun> Runs, ModelLease Lease)> Start(Case request, string tenant, GenerationPriority priority)
    {
        var lease = await worker.Host.Acquire(request.Model, TestContext.Current.CancellationToken);
        var command = new GenerateText
        {
            GenerationId = Guid.NewGuid(),
            Job = new() { RootId = Guid.NewGuid(), Tenant = tenant },
            Model = request.Model,
            Prompt = request.Prompt,
            Sampling = request.Sampling,
            Priority = priority,
        };
        return (((ITextModel)lease.Model).Start(command, TimeProvider.System.GetTimestamp()), lease);
    }

    private sealed record Case(ModelRef Model, string Prompt, SamplingSpec Sampling, IReadOnlyList<string> Expected);
}
