using System.Text.Json;
using Aigc.Contracts.Jobs;

namespace Aigc.Application.Tests.Jobs;

public sealed class Job_events : ServiceTest
{
    [Fact]
    public async Task Tell_a_root_and_its_descendants_in_order_and_end_with_the_root()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var (root, child) = (Guid.NewGuid(), Guid.NewGuid());
        await Run(host, root, child);

        var events = await Events(host.Client, $"/api/jobs/{root}/events");

        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)), events.Select(e => e.Id));
        Assert.Contains(events, e => e.Type == "job.progressed" && e.Data.Contains(child.ToString(), StringComparison.Ordinal));
        Assert.Contains("succeeded", events[^1].Data, StringComparison.Ordinal);
        Assert.Contains(root.ToString(), events[^1].Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Go_on_after_the_last_event_the_client_has_seen()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var (root, child) = (Guid.NewGuid(), Guid.NewGuid());
        await Run(host, root, child);
        var all = await Events(host.Client, $"/api/jobs/{root}/events");

        var rest = await Events(host.Client, $"/api/jobs/{root}/events", after: all[1].Id);

        Assert.Equal(all.Skip(2), rest);
    }

    [Fact]
    public async Task Keep_the_last_progress_of_a_stage_and_all_of_a_text()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var root = Guid.NewGuid();
        await host.Bus.Publish(Changed(root, JobStatus.Running, 1));
        await host.Job(root, _ => true);
        string[] words = ["once ", "upon ", "a ", "time"];
        for (var i = 0; i < words.Length; i++)
        {
            await host.Bus.Publish(Progress(root, root, "decode", i + 1, null, words[i]));
            // Deliveries run side by side; the order of telemetry is the sender's pace.
            await ApplicationHost.Until(() => Task.FromResult(host.Get<Application.Jobs.ProgressBuffer>().Seen >= i + 1 ? "seen" : null));
        }

        await host.Bus.Publish(Changed(root, JobStatus.Succeeded, 2));
        await host.Job(root, job => job.Ended);

        var progress = (await Events(host.Client, $"/api/jobs/{root}/events")).Where(e => e.Type == "job.progressed").Select(e => JsonDocument.Parse(e.Data).RootElement).ToArray();
        Assert.Equal(4, progress[^1].GetProperty("done").GetDouble());
        Assert.Equal("once upon a time", string.Concat(progress.Select(p => p.GetProperty("facts").GetProperty("text").GetString())));
    }

    private static async Task Run(ApplicationHost host, Guid root, Guid child)
    {
        await host.Bus.Publish(Changed(root, JobStatus.Running, 1));
        await host.Job(root, _ => true);
        await host.Bus.Publish(Changed(child, JobStatus.Running, 1, root, JobKinds.DatasetBuild));
        await host.Job(child, _ => true);
        await host.Bus.Publish(Progress(child, root, "filter", 10, 10));
        await host.Job(child, job => job.Progress is not null);
        await host.Bus.Publish(Changed(child, JobStatus.Succeeded, 2, root, JobKinds.DatasetBuild));
        await host.Job(child, job => job.Ended);
        await host.Bus.Publish(Changed(root, JobStatus.Succeeded, 2));
        await host.Job(root, job => job.Ended);
    }
}
