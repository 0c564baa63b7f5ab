using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.ServiceDefaults.Tests.Processes;

public sealed class A_process : IDisposable
{
    private readonly string _dataRoot = Directory.CreateTempSubdirectory("aigc-process-").FullName;

    public void Dispose() => Directory.Delete(_dataRoot, recursive: true);

    [Fact]
    public async Task Runs_its_work_once_and_succeeds()
    {
        await using var host = await ProcessHost.Start(_dataRoot);
        var id = Guid.NewGuid();

        await host.Commands.Send(Samples.Request(id));

        var changed = await host.Reaches(id, JobStatus.Succeeded);
        Assert.Equal("sample", changed.Title);
        Assert.Equal(1, host.Script.Runs);
    }

    [Fact]
    public async Task Tells_its_outcome_again_when_it_is_ordered_again()
    {
        await using var host = await ProcessHost.Start(_dataRoot);
        var id = Guid.NewGuid();
        await host.Commands.Send(Samples.Request(id));
        var first = await host.Reaches(id, JobStatus.Succeeded);

        await using var later = await ProcessHost.Start(_dataRoot);
        await later.Commands.Send(Samples.Request(id));

        var again = await later.Reaches(id, JobStatus.Succeeded);
        Assert.True(again.Sequence > first.Sequence);
        Assert.Equal(0, later.Script.Runs);
    }

    [Fact]
    public async Task Ends_with_the_problem_of_work_that_only_other_input_can_help()
    {
        await using var host = await ProcessHost.Start(_dataRoot, script => script.Body = (_, _) => throw new ProblemException("too_small", "Give it more."));
        var id = Guid.NewGuid();

        await host.Commands.Send(Samples.Request(id));

        var changed = await host.Reaches(id, JobStatus.Failed);
        Assert.Equal("too_small", changed.Error?.Code);
        Assert.Equal(1, host.Script.Runs);
    }

    [Fact]
    public async Task Runs_work_again_that_failed_by_accident()
    {
        await using var host = await ProcessHost.Start(
            _dataRoot,
            script => script.Body = (context, _) => context.Attempt == 1 ? throw new IOException("disk") : Task.CompletedTask);
        var id = Guid.NewGuid();

        await host.Commands.Send(Samples.Request(id));

        await host.Reaches(id, JobStatus.Succeeded);
        Assert.Equal(2, host.Script.Runs);
    }

    [Fact]
    public async Task Stops_its_work_when_it_is_cancelled()
    {
        var started = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        await using var host = await ProcessHost.Start(_dataRoot, script => script.Body = async (_, ct) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, ct).ContinueWith(_ => stopped.SetResult(), TaskScheduler.Default);
            ct.ThrowIfCancellationRequested();
        });
        var id = Guid.NewGuid();
        await host.Commands.Send(Samples.Request(id));
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await host.Bus.Publish(new CancellationRequested { JobId = id }, TestContext.Current.CancellationToken);

        await host.Reaches(id, JobStatus.Cancelled);
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Goes_on_in_the_next_life_of_its_machine()
    {
        var id = Guid.NewGuid();
        var started = new TaskCompletionSource();
        var first = await ProcessHost.Start(_dataRoot, script => script.Body = async (_, ct) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, ct);
        });
        await first.Commands.Send(Samples.Request(id));
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await first.DisposeAsync();

        await using var second = await ProcessHost.Start(_dataRoot);

        await second.Reaches(id, JobStatus.Succeeded);
        Assert.Equal(1, second.Script.Runs);
    }

    [Fact]
    public async Task That_was_cancelled_does_not_begin_work_that_is_put_down_late()
    {
        await using var host = await ProcessHost.Start(_dataRoot);
        var id = Guid.NewGuid();
        await host.Bus.Publish(new CancellationRequested { JobId = id });
        var records = host.Get<IDocumentStore<CancelledJob>>();
        while (await records.Find(id.ToString()) is null)
        {
            await Task.Yield();
        }

        var request = Samples.Request(id);
        await host.Commands.Send(new FitModel { RunId = id, Job = request.Job, Name = request.Name, Dataset = request.Dataset, Training = request.Training });

        var work = host.Get<IDocumentStore<WorkRecord>>();
        while (await work.Find($"fit/{id}") is not { Status: WorkStatus.Cancelled })
        {
            await Task.Yield();
        }
    }
}
