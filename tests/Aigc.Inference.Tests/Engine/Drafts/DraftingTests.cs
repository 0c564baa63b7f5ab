using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Drafts;

namespace Aigc.Inference.Tests.Engine.Drafts;

/// <summary>The loop with a draft, on scripts: what it runs, what it saves, and what becomes of a draft that fails.</summary>
public sealed class DraftingTests
{
    private const int Most = Drafting.MostProposed;

    private static readonly SamplingSpec Greedy = new() { Temperature = 0, MaxTokens = 4000 };
    private static readonly string Long = string.Concat(Enumerable.Range(0, 1500).Select(i => (char)('a' + (i % 23))));
    private readonly List<string> _faults = [];

    [Fact]
    public async Task A_draft_that_is_always_right_saves_all_but_one_run_of_nine()
    {
        var target = Target(1, Long);
        await using var generator = Generator(target, Script(Long));
        Assert.Equal(Long, (await Run(generator, 0)).Text);
        var statistics = generator.Statistics;
        Assert.Equal(statistics.Proposed, statistics.Accepted);
        Assert.Equal(Long.Length + 1, statistics.Tokens);
        // Each number of proposals is measured twice at first, and now and then a plain step is.
        Assert.InRange(target.VerifyRuns + target.DecodeRuns, Long.Length / (Most + 1), (Long.Length / (Most + 1)) + 20);
        Assert.Equal(statistics.DecodeSteps, target.VerifyRuns + target.DecodeRuns);
    }

    [Fact]
    public async Task A_draft_that_is_always_wrong_costs_no_run_of_the_model()
    {
        var target = Target(1, Long);
        await using var generator = Generator(target, Script(new string('-', Long.Length)));
        Assert.Equal(Long, (await Run(generator, 0)).Text);
        Assert.Equal(0, generator.Statistics.Accepted);
        Assert.True(generator.Statistics.Proposed > 0);
        Assert.Equal(Long.Length, target.VerifyRuns + target.DecodeRuns);
    }

    [Fact]
    public async Task A_draft_computes_a_prompt_in_chunks_beside_the_models_steps_and_shares_its_beginning_within_a_tenant()
    {
        var (target, draft) = (Target(1, "abcdefgh"), Script("abcdefgh"));
        await using var generator = Generator(target, draft);
        var longest = 0;
        var before = 0;
        draft.BeforePrefill = () => (longest, before) = (Math.Max(longest, draft.Prefilled - before), draft.Prefilled);
        await Run(generator, 0, promptLength: 400, key: "t");
        Assert.InRange(longest, 100, 128);
        var first = draft.Prefilled;
        await Run(generator, 0, promptLength: 400, key: "t");
        Assert.InRange(draft.Prefilled - first, 1, 30);
        await Run(generator, 0, promptLength: 400, key: "other");
        Assert.InRange(draft.Prefilled - first, 400, 460);
    }

    [Fact]
    public async Task A_prompt_much_longer_than_the_answer_may_be_is_not_computed_twice()
    {
        var draft = Script("abcdefgh");
        await using var generator = Generator(Target(1, "abcdefgh"), draft);
        Assert.Equal("abcdefgh", (await Run(generator, 0, Greedy with { MaxTokens = 20 }, promptLength: 400)).Text);
        Assert.Equal(0, draft.Prefilled);
    }

    [Fact]
    public async Task Cancelling_ends_a_drafted_answer_before_the_next_step()
    {
        var target = Target(1, Long, "next");
        RunningGeneration? endless = null;
        using var bothStarted = new ManualResetEventSlim();
        var runs = 0;
        target.BeforeDecode = _ =>
        {
            bothStarted.Wait();
            if (++runs == 12)
                endless!.Cancel();
        };
        await using var generator = Generator(target, Script(Long, "next"));
        endless = generator.Start(new(ScriptedBackend.Prompt(0), Greedy, 0));
        var next = Run(generator, 1);
        bothStarted.Set();
        Assert.Equal("cancelled", (await Assert.ThrowsAsync<GenerationFailedException>(() => endless.Completion)).Problem.Code);
        Assert.Equal("next", (await next).Text);
        Assert.True(endless.Generated < Long.Length / 4 && generator.Statistics.Proposed > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    public async Task A_draft_that_fails_leaves_answers_whole_and_is_told_once(int run)
    {
        var draft = Script(Long);
        var runs = 0;
        draft.BeforePrefill = () =>
        {
            if (++runs == run)
                throw new InvalidOperationException("device lost.");
        };
        var target = Target(1, Long);
        var drafting = Propose(target, draft);
        await using var generator = Generator(target, drafting);
        Assert.Equal(Long, (await Run(generator, 0)).Text);
        Assert.Equal(Long, (await Run(generator, 0)).Text);
        Assert.Equal(("device lost", run), (drafting.Fault, runs));
        Assert.Equal(["device lost"], _faults);
    }

    [Fact]
    public async Task A_draft_without_numbers_proposes_no_more()
    {
        await using var generator = Generator(Target(1, Long), Script(Long[..50] + '!' + Long[51..]));
        Assert.Equal(Long, (await Run(generator, 0)).Text);
        Assert.Equal(["its logits are not numbers"], _faults);
    }

    [Fact]
    public async Task A_failed_verification_fails_its_request_and_the_loop_goes_on()
    {
        var target = Target(1, Long);
        var runs = 0;
        target.BeforeDecode = _ =>
        {
            if (++runs == 10)
                throw new InvalidOperationException("device lost");
        };
        await using var generator = Generator(target, Script(Long));
        var problem = (await Assert.ThrowsAsync<GenerationFailedException>(() => Run(generator, 0))).Problem;
        Assert.Equal(("engine_fault", true), (problem.Code, problem.Transient));
        Assert.Equal(Long, (await Run(generator, 0)).Text);
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task Logits_that_are_not_numbers_fail_a_drafted_answer_at_the_same_token()
    {
        var broken = Long[..60] + '!' + Long[61..];
        await using var generator = Generator(Target(1, broken), Script(Long));
        var problem = (await Assert.ThrowsAsync<GenerationFailedException>(() => Run(generator, 0))).Problem;
        Assert.Equal("model_output_invalid", problem.Code);
        Assert.Contains("token 61 ", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draft_with_a_shorter_context_proposes_as_far_as_it_goes()
    {
        var target = Target(1, Long);
        await using var generator = Generator(target, new ScriptedBackend(1, 200, Long));
        Assert.Equal(Long, (await Run(generator, 0)).Text);
        Assert.InRange(generator.Statistics.Accepted, 130, 200);
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task A_draft_goes_with_its_model()
    {
        var (target, draft) = (Target(1, "a"), Script("a"));
        await Generator(target, draft).DisposeAsync();
        Assert.True(target.Disposed && draft.Disposed);
    }

    private static ScriptedBackend Target(int slots, params string[] scripts) => new(slots, 4096, scripts) { MostVerified = Most + 1 };

    private static ScriptedBackend Script(params string[] scripts) => new(1, 4096, scripts);

    private Drafting Propose(ScriptedBackend target, ScriptedBackend draft) => new(draft, target, target, new StillTime(), _faults.Add);

    private TextGenerator Generator(ScriptedBackend target, ScriptedBackend draft) => Generator(target, Propose(target, draft));

    private static TextGenerator Generator(ScriptedBackend target, Drafting drafting) =>
        new("scripted", target, target, new(target.Slots, target.SlotLength), TestMeters.Instruments(), TimeProvider.System, drafting);

    private static Task<GenerationResult> Run(TextGenerator generator, int script, SamplingSpec? sampling = null, int promptLength = 3, string? key = null) =>
        generator.Start(new(ScriptedBackend.Prompt(script, promptLength), sampling ?? Greedy, 0) { CacheKey = key }).Completion;
}
