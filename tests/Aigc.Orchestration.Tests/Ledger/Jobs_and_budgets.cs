using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Ledger;
using Aigc.Orchestration.Ledger.Accounts;

namespace Aigc.Orchestration.Tests.Ledger;

public sealed class Jobs_and_budgets
{
    private static readonly AccountRef Key = new() { Tenant = "acme", Scope = "key", Subject = "key_1" };

    [Fact]
    public async Task No_more_jobs_run_at_once_than_may_and_the_next_starts_when_one_ends()
    {
        await using var bench = LedgerBench.Create();
        await bench.Budget(Key, null, jobs: 2);
        var (one, two, three) = (Order(), Order(), Order());

        Assert.Null((await bench.Accounts.Admit(one, default)).Problem);
        Assert.Null((await bench.Accounts.Admit(two, default)).Problem);
        Assert.Null((await bench.Accounts.Admit(two, default)).Problem);
        Assert.Equal("rate_limit_exceeded", (await bench.Accounts.Admit(three, default)).Problem?.Code);
        await bench.Accounts.Hear(Ended(one), default);

        Assert.Null((await bench.Accounts.Admit(three, default)).Problem);
    }

    [Fact]
    public async Task Jobs_asked_for_at_once_are_not_admitted_beyond_the_limit()
    {
        await using var bench = LedgerBench.Create();
        await bench.Budget(Key, null, jobs: 3);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => bench.Accounts.Admit(Order(), default))));

        Assert.Equal(3, answers.Count(answer => answer.Problem is null));
    }

    [Fact]
    public async Task An_estimate_is_set_aside_on_every_account_or_on_none()
    {
        await using var bench = LedgerBench.Create();
        await bench.Budget(LedgerBench.Tenant, 1_000, BudgetPeriod.Day);
        await bench.Budget(Key, 100, BudgetPeriod.Total);

        var refused = await bench.Accounts.Admit(Order() with { Estimate = 500 }, default);
        Assert.Equal("insufficient_quota", refused.Problem?.Code);
        Assert.Null(refused.RetryAfterSeconds);
        Assert.Equal(0, (await bench.Account(LedgerBench.Tenant)).SetAside);

        Assert.Null((await bench.Accounts.Admit(Order() with { Estimate = 60 }, default)).Problem);
        Assert.Equal((60, 60), ((await bench.Account(LedgerBench.Tenant)).SetAside, (await bench.Account(Key)).SetAside));
    }

    [Fact]
    public async Task A_job_nobody_can_estimate_starts_while_anything_is_left_and_not_after()
    {
        await using var bench = LedgerBench.Create();
        await bench.Budget(Key, 100, BudgetPeriod.Total);

        Assert.Null((await bench.Accounts.Admit(Order(), default)).Problem);
        Assert.Null((await bench.Accounts.Admit(Order() with { Estimate = 100 }, default)).Problem);
        Assert.Equal("insufficient_quota", (await bench.Accounts.Admit(Order(), default)).Problem?.Code);
    }

    [Fact]
    public async Task What_a_job_had_set_aside_is_free_once_it_has_ended_and_its_use_is_told()
    {
        var options = new LedgerOptions();
        await using var bench = LedgerBench.Create(options);
        await bench.Budget(Key, 100, BudgetPeriod.Total);
        var job = Order() with { Estimate = 100 };
        await bench.Accounts.Admit(job, default);
        await bench.Accounts.Hear(Ended(job), default);

        await bench.Accounts.Sweep(default);
        Assert.Equal(0, (await bench.Account(Key)).Left(bench.Clock.GetUtcNow()));
        bench.Clock.Move(options.SettleAfter);
        await bench.Accounts.Sweep(default);

        Assert.Equal(100, (await bench.Account(Key)).Left(bench.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_silent_job_is_asked_after_and_given_up_only_when_nobody_answers()
    {
        var options = new LedgerOptions();
        await using var bench = LedgerBench.Create(options);
        await bench.Budget(Key, 100, BudgetPeriod.Total);
        var (alive, gone) = (Order() with { Estimate = 40 }, Order() with { Estimate = 60 });
        await bench.Accounts.Admit(alive, default);
        await bench.Accounts.Admit(gone, default);

        bench.Clock.Move(options.JobLease);
        Assert.Equal(new[] { alive.JobId, gone.JobId }.Order(), (await bench.Accounts.Sweep(default)).Order());
        await bench.Accounts.Hear(Ended(alive) with { Status = JobStatus.Running }, default);
        bench.Clock.Move(options.JobLease - TimeSpan.FromSeconds(1));
        await bench.Accounts.Sweep(default);
        Assert.Equal(100, (await bench.Account(Key)).SetAside);
        bench.Clock.Move(TimeSpan.FromSeconds(1));
        await bench.Accounts.Sweep(default);

        Assert.Equal([alive.JobId.ToString()], (await bench.Account(Key)).Grants.Keys);
    }

    [Fact]
    public async Task Events_that_come_three_times_are_charged_once_to_key_and_tenant()
    {
        await using var host = await OrchestrationHost.Start();
        var (answer, build) = (Guid.NewGuid(), Guid.NewGuid());
        var job = new JobLink { RootId = answer, Tenant = "acme", Key = "key_1" };
        for (var i = 0; i < 3; i++)
        {
            await host.Bus.Publish(LedgerBench.Outcome(answer, job, 100, 10));
            await host.Bus.Publish(Ended(new AdmitJob { JobId = build, Job = job with { RootId = build } }) with { Usage = new() { Seconds = 1, CpuSeconds = 2 } });
        }

        var expected = (100 * 50) + (10 * 200) + (2 * 13_889);
        AccountDocument? account;
        do
        {
            await Task.Delay(20);
            account = await host.Get<AccountBook>().Find(Key, default);
        }
        while (account is null || account.Total < expected);

        Assert.Equal(expected, account.Total);
    }

    private static AdmitJob Order()
    {
        var id = Guid.NewGuid();
        return new AdmitJob { JobId = id, Job = new JobLink { RootId = id, Tenant = "acme", Key = "key_1" } };
    }

    private static JobChanged Ended(AdmitJob order) => new()
    {
        JobId = order.JobId,
        Kind = JobKinds.DatasetBuild,
        Job = order.Job,
        Status = JobStatus.Succeeded,
        Sequence = 2,
        At = DateTimeOffset.UnixEpoch,
    };
}
