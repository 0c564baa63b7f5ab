using Aigc.Application.Spending;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Ledger;
using Aigc.Orchestration.Ledger.Accounts;
using Aigc.Orchestration.Ledger.Prices;
using Aigc.Orchestration.Ledger.Usage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aigc.Orchestration.Tests.Ledger;

/// <summary>The application's purses and the ledger's accounts together, with kills.</summary>
public sealed class Budgets_under_load
{
    private static readonly Dictionary<string, long> Rates = new() { [Meters.InputTokens] = 1_000_000, [Meters.OutputTokens] = 1_000_000 };

    [Theory]
    [InlineData(1_000)]
    [InlineData(50_000)]
    [InlineData(1_000_000)]
    public async Task A_thousand_calls_at_four_processes_spend_no_more_than_the_budget(long budget)
    {
        await using var bench = LedgerBench.Create();
        await bench.Budget(LedgerBench.Tenant, budget, BudgetPeriod.Total);
        var processes = Enumerable.Range(0, 4).Select(i => new Purses(new DirectLedger(bench), $"p{i}", bench.Clock, NullLogger<Purses>.Instance)).ToArray();
        var taken = 0;

        await Parallel.ForAsync(0, 1_000, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, ct) =>
        {
            if (await Call(bench, processes[i % 4], most: 1_000, cost: i % 1_001, told: true))
            {
                Interlocked.Increment(ref taken);
            }
        });
        await bench.AddUp();

        var account = await bench.Account(LedgerBench.Tenant);
        Assert.Equal(await bench.SumOfEntries(), account.Total);
        Assert.True(account.Total <= budget, $"{account.Total} of {budget}");
        Assert.True(account.Total + account.SetAside <= budget);
        Assert.InRange(taken, 1, 1_000);
        foreach (var process in processes)
        {
            await process.Tell(closing: true, default);
        }

        // What was held and not used is somebody else's again, to the unit.
        Assert.Equal(budget - account.Total, (await bench.Account(LedgerBench.Tenant)).Left(bench.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task Processes_that_are_killed_with_work_under_way_cannot_make_it_more()
    {
        await using var bench = LedgerBench.Create();
        const long Budget = 200_000;
        await bench.Budget(LedgerBench.Tenant, Budget, BudgetPeriod.Total);
        var random = new Random(7);
        for (var round = 0; round < 12; round++)
        {
            // A process of its own name a round: the one before is dead, and what it had under way ends by and by, or never.
            var process = new Purses(new DirectLedger(bench), $"life-{round}", bench.Clock, NullLogger<Purses>.Instance);
            var seed = random.Next();
            await Parallel.ForAsync(0, 120, async (i, ct) => await Call(bench, process, 1_000, (seed + i) % 1_001, told: (seed + i) % 3 != 0));
            bench.Clock.Move(TimeSpan.FromMinutes(4));
            await bench.Accounts.Sweep(default);
            await bench.AddUp();
            var account = await bench.Account(LedgerBench.Tenant);
            Assert.True(account.Total + account.SetAside <= Budget, $"round {round}: {account.Total} + {account.SetAside}");
        }

        Assert.Equal(await bench.SumOfEntries(), (await bench.Account(LedgerBench.Tenant)).Total);
    }

    [Fact]
    public async Task What_a_killed_process_held_is_free_only_after_its_lease_and_the_time_for_outcomes()
    {
        var options = new LedgerOptions();
        await using var bench = LedgerBench.Create(options);
        await bench.Budget(LedgerBench.Tenant, 1_000, BudgetPeriod.Total);
        var dead = new Purses(new DirectLedger(bench), "dead", bench.Clock, NullLogger<Purses>.Instance);
        await Call(bench, dead, 1_000, 0, told: false);
        var alive = new Purses(new DirectLedger(bench), "alive", bench.Clock, NullLogger<Purses>.Instance);

        foreach (var wait in new[] { TimeSpan.Zero, options.Lease, options.ReleaseAfter - TimeSpan.FromSeconds(1) })
        {
            bench.Clock.Move(wait);
            await bench.Accounts.Sweep(default);
            Assert.False(await Call(bench, alive, 1, 1, told: true));
        }

        bench.Clock.Move(TimeSpan.FromSeconds(2));
        await bench.Accounts.Sweep(default);
        Assert.True(await Call(bench, alive, 1, 1, told: true));
    }

    [Fact]
    public async Task An_outcome_that_comes_after_its_process_was_killed_is_charged()
    {
        await using var bench = LedgerBench.Create();
        await bench.Budget(LedgerBench.Tenant, 1_000, BudgetPeriod.Total);
        var dead = new Purses(new DirectLedger(bench), "dead", bench.Clock, NullLogger<Purses>.Instance);
        var id = Guid.NewGuid();
        Assert.Equal(PurseAnswer.Taken, await dead.Take(dead.Of(LedgerBench.Tenant), 600, 0, default));

        await bench.Write(EntryOf.Answer(LedgerBench.Outcome(id, Link(id, "dead", 600), 400, 0), new PriceList { Currency = "EUR", Prices = [] }, bench.Clock.GetUtcNow()));
        await bench.AddUp();

        var account = await bench.Account(LedgerBench.Tenant);
        Assert.Equal((400, 200), (account.Total, account.SetAside));
    }

    [Fact]
    public async Task A_process_the_ledger_had_given_up_begins_from_its_open_work()
    {
        await using var bench = LedgerBench.Create();
        await bench.Budget(LedgerBench.Tenant, 10_000, BudgetPeriod.Total);
        var slow = new Purses(new DirectLedger(bench), "slow", bench.Clock, NullLogger<Purses>.Instance);
        var purse = slow.Of(LedgerBench.Tenant);
        await slow.Take(purse, 3_000, 0, default);
        bench.Clock.Move(TimeSpan.FromHours(1));
        await bench.Accounts.Sweep(default);
        bench.Clock.Move(TimeSpan.FromHours(1));
        await bench.Accounts.Sweep(default);
        Assert.Equal(0, (await bench.Account(LedgerBench.Tenant)).SetAside);

        Assert.Equal(PurseAnswer.NoMoney, await slow.Take(purse, 7_001, 0, default));

        Assert.Equal(3_000, (await bench.Account(LedgerBench.Tenant)).SetAside);
        Assert.Equal(3_000, purse.Figures.Open);
    }

    [Fact]
    public async Task A_late_or_repeated_message_of_a_holder_changes_nothing()
    {
        await using var bench = LedgerBench.Create();
        await bench.Budget(LedgerBench.Tenant, 1_000, BudgetPeriod.Total);
        var first = new HoldFunds { Account = LedgerBench.Tenant, Holder = "p", Sequence = 1, Need = 100, Want = 100 };
        var second = new HoldFunds { Account = LedgerBench.Tenant, Holder = "p", Sequence = 2, Held = 100, Need = 50, Want = 50 };

        Assert.Equal(100, (await bench.Accounts.Hold(first, default)).Held);
        Assert.Equal(150, (await bench.Accounts.Hold(second, default)).Held);
        Assert.Equal(150, (await bench.Accounts.Hold(second, default)).Held);
        Assert.Equal(150, (await bench.Accounts.Hold(first, default)).Held);
        Assert.Equal(850, (await bench.Account(LedgerBench.Tenant)).Left(bench.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task Tokens_of_a_minute_hold_over_all_processes_and_begin_anew()
    {
        await using var bench = LedgerBench.Create();
        await bench.Budget(LedgerBench.Tenant, null, tokens: 1_000);
        var processes = Enumerable.Range(0, 3).Select(i => new Purses(new DirectLedger(bench), $"p{i}", bench.Clock, NullLogger<Purses>.Instance)).ToArray();
        async Task<int> Burst()
        {
            var taken = 0;
            await Parallel.ForAsync(0, 90, async (i, ct) =>
            {
                var process = processes[i % 3];
                if (await process.Take(process.Of(LedgerBench.Tenant), 0, 25, default) == PurseAnswer.Taken)
                {
                    Interlocked.Increment(ref taken);
                }
            });
            return taken;
        }

        // Blocks lie with processes: a little may be left over, never too much given.
        Assert.InRange(await Burst(), 30, 40);
        bench.Clock.Move(TimeSpan.FromMinutes(1));
        Assert.InRange(await Burst(), 30, 40);
    }

    [Fact]
    public async Task A_budget_of_a_day_begins_anew_and_one_of_the_installation_does_not()
    {
        await using var bench = LedgerBench.Create();
        var key = new AccountRef { Tenant = "acme", Scope = "key", Subject = "key_1" };
        await bench.Budget(key, 100, BudgetPeriod.Day);
        await bench.Budget(LedgerBench.Tenant, 150, BudgetPeriod.Total);
        var id = Guid.NewGuid();
        var list = new PriceList { Currency = "EUR", Prices = [new Price { Model = "*", From = DateTimeOffset.UnixEpoch, Rates = Rates }] };
        await bench.Write(EntryOf.Answer(LedgerBench.Outcome(id, new JobLink { RootId = id, Tenant = "acme", Key = "key_1" }, 100, 0), list, bench.Clock.GetUtcNow()));
        await bench.AddUp();

        Assert.Equal(0, (await bench.Account(key)).Left(bench.Clock.GetUtcNow()));
        bench.Clock.Move(TimeSpan.FromHours(12));
        Assert.Equal(100, (await bench.Account(key)).Left(bench.Clock.GetUtcNow()));
        Assert.Equal(50, (await bench.Account(LedgerBench.Tenant)).Left(bench.Clock.GetUtcNow()));
    }

    private static JobLink Link(Guid id, string holder, long most) =>
        new() { RootId = id, Tenant = "acme", Charge = new Charge { Holder = holder, Most = most, Rates = Rates } };

    // As the application does: set aside, have it done, settle when the outcome is heard. An outcome that is not told is that of a killed process's work.
    private static async Task<bool> Call(LedgerBench bench, Purses process, long most, int cost, bool told)
    {
        var purse = process.Of(LedgerBench.Tenant);
        if (await process.Take(purse, most, 0, default) != PurseAnswer.Taken)
        {
            return false;
        }

        if (told)
        {
            var id = Guid.NewGuid();
            var list = new PriceList { Currency = "EUR", Prices = [] };
            await bench.Write(EntryOf.Answer(LedgerBench.Outcome(id, Link(id, process.Holder, most), cost, 0), list, bench.Clock.GetUtcNow()));
            purse.Settle(most, cost, purse.Known!.Window, 0, 0);
        }

        return true;
    }
}
