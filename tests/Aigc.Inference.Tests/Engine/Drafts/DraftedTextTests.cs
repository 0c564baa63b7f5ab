using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Models.Llama;

namespace Aigc.Inference.Tests.Engine.Drafts;

/// <summary>A draft changes how fast an answer comes and nothing else, on every backend that verifies.</summary>
public sealed class DraftedTextTests
{
    private const int Prompt = 30;

    private static readonly SamplingSpec Greedy = new() { Temperature = 0, MaxTokens = 60 };
    private static readonly SamplingSpec Plain = Greedy with { Temperature = 1, Seed = 4 };
    private static readonly SamplingSpec Shaped = Plain with { TopK = 60, TopP = 0.95, MinP = 0.01, RepetitionPenalty = 1.1, FrequencyPenalty = 0.2, PresencePenalty = 0.1 };

    public static TheoryData<string, WeightFormat, Draft> All
    {
        get
        {
            var all = new TheoryData<string, WeightFormat, Draft>();
            foreach (var row in DraftBench.Kernels)
            {
                foreach (var draft in Enum.GetValues<Draft>())
                    all.Add(row.Data.Item1, row.Data.Item2, draft);
            }
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task An_answer_with_a_draft_is_the_answer_without(string kernels, WeightFormat format, Draft quality)
    {
        using var bench = new DraftBench(kernels, format);
        await using var alone = bench.Generator(1);
        await using var drafted = bench.Generator(1, quality);
        foreach (var sampling in await Kinds(alone))
        {
            var (expected, actual) = (await alone.Start(Request(sampling)).Completion, await drafted.Start(Request(sampling)).Completion);
            Assert.Equal((expected.Text, expected.FinishReason, expected.CompletionTokens), (actual.Text, actual.FinishReason, actual.CompletionTokens));
            Assert.Equal(expected.LogProbabilities, actual.LogProbabilities, (a, b) => a.Token == b.Token && Math.Abs(a.LogProbability - b.LogProbability) < 1e-3);
        }
        var statistics = drafted.Statistics;
        Assert.True(statistics.Proposed > 0);
        var share = (double)statistics.Accepted / statistics.Proposed;
        Assert.InRange(share, quality switch { Draft.Right => 0.95, Draft.Often => 0.1, _ => 0 }, quality switch { Draft.Right => 1, Draft.Often => 0.9, _ => 0.05 });
    }

    [Theory]
    [MemberData(nameof(DraftBench.Kernels), MemberType = typeof(DraftBench))]
    public async Task Others_may_join_and_leave_at_any_time(string kernels, WeightFormat format)
    {
        using var bench = new DraftBench(kernels, format);
        var requests = Enumerable.Range(0, 6).Select(i => Request((i % 2 == 0 ? Plain : Shaped) with { Seed = i, MaxTokens = 20 + (10 * i) }, i)).ToArray();
        var expected = new string[requests.Length];
        await using (var alone = bench.Generator(1))
        {
            for (var i = 0; i < requests.Length; i++)
                expected[i] = (await alone.Start(requests[i]).Completion).Text;
        }
        var target = new HookedBackend(bench.Backend(3));
        await using var generator = DraftBench.Generator(target, bench.Propose(target, Draft.Often));
        for (var round = 1; round <= 6; round++)
        {
            // The others come at different places of the answer, and two of them leave again.
            using var joined = new ManualResetEventSlim();
            var (at, told) = (Prompt + (5 * round), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            RunningGeneration? leaves = null;
            target.BeforeRun = (slots, position) =>
            {
                if (slots > 1)
                    leaves?.Cancel();
                if (slots != 1 || position < at || told.Task.IsCompleted)
                    return;
                told.SetResult();
                joined.Wait();
            };
            var first = generator.Start(requests[5]);
            await told.Task;
            var company = requests[..5].Select(generator.Start).ToArray();
            company[round % 5].Cancel();
            leaves = company[(round + 2) % 5];
            joined.Set();
            Assert.Equal(expected[5], (await first.Completion).Text);
            for (var i = 0; i < 5; i++)
            {
                if (i == round % 5 || i == (round + 2) % 5)
                    Assert.Equal("cancelled", (await Assert.ThrowsAsync<GenerationFailedException>(() => company[i].Completion)).Problem.Code);
                else
                    Assert.Equal(expected[i], (await company[i].Completion).Text);
            }
        }
        Assert.True(target.Verifications > 6 && target.LargestBatch > 1);
    }

    [Theory]
    [MemberData(nameof(DraftBench.Kernels), MemberType = typeof(DraftBench))]
    public async Task A_batch_answer_that_gave_way_goes_on_with_its_draft(string kernels, WeightFormat format)
    {
        using var bench = new DraftBench(kernels, format);
        var request = Request(Plain with { MaxTokens = 90 }) with { Priority = GenerationPriority.Batch };
        await using var alone = bench.Generator(1);
        var expected = (await alone.Start(request).Completion).Text;
        var target = new HookedBackend(bench.Backend(1));
        await using var generator = DraftBench.Generator(target, bench.Propose(target, Draft.Right));
        using var arrived = new ManualResetEventSlim();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        target.BeforeRun = (_, position) =>
        {
            if (position >= Prompt + 20 && reached.TrySetResult())
                arrived.Wait();
        };
        var batch = generator.Start(request);
        await reached.Task;
        var person = generator.Start(Request(Plain, 2));
        arrived.Set();
        Assert.NotEmpty((await person.Completion).Text);
        Assert.Equal(expected, (await batch.Completion).Text);
        Assert.Equal(1, batch.Preemptions);
    }

    [Theory]
    [MemberData(nameof(DraftBench.Kernels), MemberType = typeof(DraftBench))]
    public async Task A_step_with_a_draft_allocates_almost_nothing(string kernels, WeightFormat format)
    {
        using var bench = new DraftBench(kernels, format);
        await using var generator = bench.Generator(2, Draft.Often);
        var request = Request(Shaped with { MaxTokens = 90, Seed = 6 });
        for (var warm = 0; warm < 8; warm++)
            await generator.Start(request).Completion;
        var before = generator.Statistics;
        await generator.Start(request).Completion;
        var after = generator.Statistics;
        Assert.True(after.Proposed > before.Proposed);
        // The beginning and the end of a request are in it, and they are spread over fewer steps than tokens.
        Assert.InRange((after.ManagedBytes - before.ManagedBytes) / (after.Tokens - before.Tokens), 0, 200);
    }

    /// <summary>Requests of all kinds; stops are taken from what the model says without them.</summary>
    private static async Task<SamplingSpec[]> Kinds(TextGenerator alone)
    {
        var said = (await alone.Start(Request(Plain)).Completion).Text;
        var banned = said.Take(10).ToDictionary(character => character - 0x4E00, _ => -100.0);
        return
        [
            Greedy, Plain, Shaped,
            Plain with { LogitBias = banned, TopLogProbabilities = 2 },
            Shaped with { Temperature = 0, LogitBias = new Dictionary<int, double> { [7] = 3 } },
            Plain with { Stop = [said[24..26]] },
            Plain with { StopTokens = [said[33] - 0x4E00], TopLogProbabilities = 0 },
            Plain with { MaxTokens = 1 }, Plain with { MaxTokens = 2 }, Plain with { MaxTokens = 500 },
        ];
    }

    private static GenerationRequest Request(SamplingSpec sampling, int seed = 1) =>
        new(NanoModel.Tokens(Prompt, seed), sampling, TimeProvider.System.GetTimestamp()) { CacheKey = "t", Tenant = "t" };
}
