using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Ledger.Prices;
using Aigc.Orchestration.Ledger.Usage;
using Aigc.Storage.Documents;

namespace Aigc.Orchestration.Tests.Ledger;

public sealed class Entries
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static readonly PriceList List = new() { Currency = "EUR", Prices = [DefaultPrices.All] };

    [Theory]
    [InlineData(1, 50_000_000, 50)]
    [InlineData(1, 1, 1)]
    [InlineData(0, 1, 0)]
    [InlineData(999_999, 3, 3)]
    [InlineData(1_000_000, 3, 3)]
    [InlineData(1_000_001, 3, 4)]
    [InlineData(long.MaxValue, long.MaxValue, long.MaxValue)]
    public void Are_reckoned_in_whole_billionths_rounded_up(long tokens, long rate, long cost) =>
        Assert.Equal(cost, Meters.Cost(new Dictionary<string, long> { [Meters.InputTokens] = tokens }, new Dictionary<string, long> { [Meters.InputTokens] = rate }));

    [Fact]
    public void Of_an_answer_tell_known_tokens_apart()
    {
        var entry = EntryOf.Answer(
            LedgerBench.Outcome(Guid.NewGuid(), new JobLink { RootId = Guid.NewGuid(), Tenant = "acme", Key = "key_1" }, 100, 10) with { CachedPromptTokens = 60 }, List, Noon)!;

        Assert.Equal((40, 60, 10), (entry.Quantities[Meters.InputTokens], entry.Quantities[Meters.CachedTokens], entry.Quantities[Meters.OutputTokens]));
        Assert.Equal((40 * 50) + 750 + (10 * 200), entry.Money);
        Assert.Equal("key_1", entry.Key);
    }

    [Theory]
    [InlineData(null, 30 * 50)]
    [InlineData(2_000L, 4 * 2_000)]
    public void Of_a_moderation_are_priced_by_the_token_or_by_the_text(long? text, long cost)
    {
        var own = new Price { Model = "moderation", From = Noon, Rates = new Dictionary<string, long> { [Meters.InputTokens] = 0, [Meters.ClassifiedTexts] = text ?? 0 } };
        var prices = text is null ? List : List with { Prices = [.. List.Prices, own] };
        var measured = new UsageMeasured
        {
            UsageId = Guid.NewGuid(),
            Kind = "moderation",
            Job = new JobLink { RootId = Guid.NewGuid(), Tenant = "acme" },
            Model = "moderation",
            Quantities = new Dictionary<string, long> { [Meters.InputTokens] = 30, [Meters.ClassifiedTexts] = 4, [Meters.AnswerSeconds] = 7 },
        };

        var entry = EntryOf.Measured(measured, prices, Noon);

        Assert.Equal(("moderation", "moderation", cost), (entry.Kind, entry.Model, entry.Money));
    }

    [Fact]
    public void Never_cost_more_than_was_set_aside()
    {
        var charge = new Charge { Holder = "p", Most = 7, Rates = List.RatesOf("m", Noon) };
        var entry = EntryOf.Answer(LedgerBench.Outcome(Guid.NewGuid(), new JobLink { RootId = Guid.NewGuid(), Tenant = "acme", Charge = charge }, 100, 10), List, Noon)!;

        Assert.Equal(7, entry.Money);
    }

    [Fact]
    public void Of_a_finished_job_have_its_processor_time_and_what_it_belongs_to()
    {
        var chain = Guid.NewGuid();
        var entry = EntryOf.Job(Finished(JobKinds.TrainingRun, new JobLink { RootId = chain, ParentId = chain, Tenant = "acme" }, JobStatus.Failed), List, Noon)!;

        Assert.Equal(chain.ToString(), entry.Chain);
        Assert.Equal((12_500, 20_000), (entry.Quantities[Meters.CpuSeconds], entry.Quantities[Meters.TrainingHours]));
        Assert.Equal((long)Math.Ceiling(12.5m * 13_889), entry.Money);
    }

    [Fact]
    public void Of_a_chain_are_those_of_its_links_and_of_running_jobs_there_are_none()
    {
        var link = new JobLink { RootId = Guid.NewGuid(), Tenant = "acme" };

        Assert.Null(EntryOf.Job(Finished(JobKinds.Chain, link), List, Noon));
        Assert.Null(EntryOf.Job(Finished(JobKinds.DatasetBuild, link, JobStatus.Running), List, Noon));
    }

    [Fact]
    public void Of_cancelled_work_cost_what_it_had_used()
    {
        var failed = new TextGenerationFailed { GenerationId = Guid.NewGuid(), Problem = new Problem { Code = "cancelled", Message = "." }, Job = new JobLink { RootId = Guid.NewGuid(), Tenant = "acme" }, PromptTokens = 4, CompletionTokens = 2 };

        Assert.Equal((4 * 50) + (2 * 200), EntryOf.Cancelled(failed, List, Noon)!.Money);
        Assert.Null(EntryOf.Cancelled(failed with { PromptTokens = 0, CompletionTokens = 0 }, List, Noon));
    }

    [Fact]
    public async Task Told_again_count_once()
    {
        await using var bench = LedgerBench.Create();
        var outcome = LedgerBench.Outcome(Guid.NewGuid(), new JobLink { RootId = Guid.NewGuid(), Tenant = "acme" }, 100, 10);

        Assert.True(await bench.Write(EntryOf.Answer(outcome, List, Noon)));
        await bench.AddUp();
        Assert.False(await bench.Write(EntryOf.Answer(outcome, List, Noon)));
        await bench.AddUp();

        Assert.Equal(await bench.SumOfEntries(), (await bench.Account(LedgerBench.Tenant)).Total);
    }

    [Fact]
    public async Task Are_in_every_sum_exactly_once_when_several_processes_add_up_at_once()
    {
        await using var bench = LedgerBench.Create();
        await using var second = bench.Beside();
        await using var third = bench.Beside();
        var chain = Guid.NewGuid();
        var adding = true;
        async Task AddUp(LedgerBench process)
        {
            while (Volatile.Read(ref adding))
            {
                await process.Get<Tallies>().Run(default);
            }
        }

        var workers = new[] { bench, second, third }.Select(process => Task.Run(() => AddUp(process))).ToArray();
        await Parallel.ForAsync(0, 600, async (i, _) =>
        {
            var id = Guid.NewGuid();
            var job = new JobLink { RootId = i % 2 == 0 ? id : chain, Tenant = "acme", Key = $"key_{i % 3}" };
            await bench.Write(EntryOf.Answer(LedgerBench.Outcome(id, job, i, 1), List, Noon));
        });
        Volatile.Write(ref adding, false);
        await Task.WhenAll(workers);
        await bench.AddUp();

        var total = await bench.SumOfEntries();
        var reader = bench.Get<UsageReader>();
        foreach (var group in new[] { "key", "user", "model", "kind", "day", "hour", "artifact" })
        {
            var report = await reader.Read(new ReadUsage { Tenant = "acme", From = Noon.AddDays(-1), To = Noon.AddDays(1), GroupBy = group }, default);
            Assert.Equal((total, 600), (report.Lines.Sum(line => line.Money), report.Lines.Sum(line => line.Entries)));
        }

        var chains = await reader.Read(new ReadUsage { Tenant = "acme", From = Noon.AddDays(-1), To = Noon.AddDays(1), GroupBy = "chain" }, default);
        Assert.Equal((chain.ToString(), 300), (Assert.Single(chains.Lines).Group, chains.Lines[0].Entries));
        Assert.Equal(total, (await bench.Account(LedgerBench.Tenant)).Total);
        Assert.Empty((await bench.Account(LedgerBench.Tenant)).Counted.Except((await bench.Entries.Query(new DocumentQuery<UsageEntry>())).Select(entry => entry.Id)));
    }

    [Fact]
    public async Task Are_not_counted_twice_after_a_crash_between_a_sum_and_its_mark()
    {
        await using var bench = LedgerBench.Create();
        var entry = EntryOf.Answer(LedgerBench.Outcome(Guid.NewGuid(), new JobLink { RootId = Guid.NewGuid(), Tenant = "acme" }, 100, 10), List, Noon)!;
        await bench.Write(entry);
        await bench.AddUp();
        // As if the process had died before it wrote the mark.
        var marked = (await bench.Entries.Find(entry.Id))!;
        marked.Open = true;
        await bench.Entries.Replace(marked);

        await bench.AddUp();

        Assert.Equal(entry.Money, (await bench.Account(LedgerBench.Tenant)).Total);
    }

    [Fact]
    public void Are_priced_by_the_most_exact_pattern_and_the_newest_of_two()
    {
        Price Of(string model, int hour, long rate) => new() { Model = model, From = Noon.AddHours(hour), Rates = new Dictionary<string, long> { [Meters.OutputTokens] = rate } };
        var list = new PriceList { Currency = "EUR", Prices = [DefaultPrices.All, Of("gpt*", -2, 1), Of("gpt-small", -3, 2), Of("gpt-small", -1, 3), Of("gpt-small", 1, 4)] };

        Assert.Equal(3, list.RatesOf("gpt-small", Noon)[Meters.OutputTokens]);
        Assert.Equal(4, list.RatesOf("gpt-small", Noon.AddHours(1))[Meters.OutputTokens]);
        Assert.Equal(1, list.RatesOf("gpt-large", Noon)[Meters.OutputTokens]);
        Assert.Equal(50_000_000, list.RatesOf("gpt-small", Noon)[Meters.InputTokens]);
        Assert.Equal(200_000_000, list.RatesOf(null, Noon)[Meters.OutputTokens]);
    }

    private static JobChanged Finished(string kind, JobLink link, JobStatus status = JobStatus.Succeeded) => new()
    {
        JobId = Guid.NewGuid(),
        Kind = kind,
        Job = link,
        Status = status,
        Sequence = 3,
        At = Noon,
        Usage = new StepUsage { Seconds = 20, CpuSeconds = 12.5 },
    };
}
