using Aigc.Annotation.Tasks;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Time.Testing;

namespace Aigc.Annotation.Tests.Tasks;

public sealed class Leases_of_tasks
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);
    private static readonly TaskAnswer Answer = new("general", null, null);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Overlap_is_exact_under_many_annotators(int overlap)
    {
        await using var store = new TaskStore(TimeProvider.System);
        await store.Add(40, overlap);

        var done = await Task.WhenAll(Enumerable.Range(0, 16).Select(annotator => Task.Run(async () =>
        {
            var submitted = 0;
            while (await store.Desk.Next("c", $"annotator-{annotator}", TenMinutes) is { } next)
            {
                var (outcome, _) = await store.Desk.Submit(next.Task.Id, $"annotator-{annotator}", next.Lease.Id, Answer, 1);
                Assert.Equal(TaskOutcome.Done, outcome);
                submitted++;
            }

            return submitted;
        })));

        Assert.Equal(40 * overlap, done.Sum());
        var tasks = await store.Tasks.Query(new());
        Assert.All(tasks, task =>
        {
            Assert.Equal(TaskStatuses.Resolved, task.Status);
            Assert.Equal(overlap, task.Annotations.Count);
            Assert.Equal(overlap, task.Annotations.Select(annotation => annotation.Annotator).Distinct().Count());
        });
    }

    [Fact]
    public async Task A_leased_task_is_nobody_elses_until_the_lease_runs_out()
    {
        var time = new FakeTimeProvider();
        await using var store = new TaskStore(time);
        await store.Add(1, 1);
        var first = await store.Desk.Next("c", "ann", TenMinutes);

        Assert.Null(await store.Desk.Next("c", "bob", TenMinutes));
        time.Advance(TenMinutes);
        var second = await store.Desk.Next("c", "bob", TenMinutes);

        Assert.NotNull(second);
        Assert.Equal(TaskOutcome.LeaseLost, (await store.Desk.Submit("c-0", "ann", first!.Value.Lease.Id, Answer, 1)).Outcome);
        Assert.Equal(TaskOutcome.Done, (await store.Desk.Submit("c-0", "bob", second.Value.Lease.Id, Answer, 1)).Outcome);
    }

    [Fact]
    public async Task A_foreign_lease_submits_nothing()
    {
        await using var store = new TaskStore(new FakeTimeProvider());
        await store.Add(1, 1);
        var next = await store.Desk.Next("c", "ann", TenMinutes);
        Assert.Equal(TaskOutcome.LeaseLost, (await store.Desk.Submit("c-0", "bob", next!.Value.Lease.Id, Answer, 1)).Outcome);
        Assert.Empty((await store.Tasks.Find("c-0"))!.Annotations);
    }

    [Fact]
    public async Task The_same_submission_again_is_one_label()
    {
        await using var store = new TaskStore(new FakeTimeProvider());
        await store.Add(1, 2);
        var next = await store.Desk.Next("c", "ann", TenMinutes);
        for (var i = 0; i < 2; i++)
            Assert.Equal(TaskOutcome.Done, (await store.Desk.Submit("c-0", "ann", next!.Value.Lease.Id, Answer, 1)).Outcome);
        Assert.Single((await store.Tasks.Find("c-0"))!.Annotations);
    }

    [Fact]
    public async Task A_skipped_task_goes_to_somebody_else_only()
    {
        await using var store = new TaskStore(new FakeTimeProvider());
        await store.Add(1, 1);
        var next = await store.Desk.Next("c", "ann", TenMinutes);
        await store.Desk.Skip("c-0", "ann", next!.Value.Lease.Id);
        Assert.Null(await store.Desk.Next("c", "ann", TenMinutes));
        Assert.NotNull(await store.Desk.Next("c", "bob", TenMinutes));
    }

    [Fact]
    public async Task A_released_task_may_come_back_to_the_same_annotator()
    {
        await using var store = new TaskStore(new FakeTimeProvider());
        await store.Add(1, 1);
        var next = await store.Desk.Next("c", "ann", TenMinutes);
        Assert.Equal(TaskOutcome.Done, (await store.Desk.Release("c-0", "ann", next!.Value.Lease.Id)).Outcome);
        Assert.NotNull(await store.Desk.Next("c", "ann", TenMinutes));
    }

    [Fact]
    public async Task Lead_time_is_measured_when_nobody_tells_it()
    {
        var time = new FakeTimeProvider();
        await using var store = new TaskStore(time);
        await store.Add(1, 1);
        var next = await store.Desk.Next("c", "ann", TenMinutes);
        time.Advance(TimeSpan.FromSeconds(42));
        await store.Desk.Submit("c-0", "ann", next!.Value.Lease.Id, Answer, null);
        Assert.Equal(42, Assert.Single((await store.Tasks.Find("c-0"))!.Annotations).LeadTime);
    }

    [Fact]
    public async Task An_annotator_passes_over_pages_of_tasks_he_has_done()
    {
        await using var store = new TaskStore(new FakeTimeProvider());
        await store.Add(70, 2);
        for (var i = 0; i < 70; i++)
        {
            var next = await store.Desk.Next("c", "ann", TenMinutes);
            await store.Desk.Submit(next!.Value.Task.Id, "ann", next.Value.Lease.Id, Answer, 1);
        }

        Assert.Null(await store.Desk.Next("c", "ann", TenMinutes));
    }
}
