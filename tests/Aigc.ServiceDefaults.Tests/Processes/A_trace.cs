using System.Collections.Concurrent;
using System.Diagnostics;
using Aigc.Contracts.Jobs;

namespace Aigc.ServiceDefaults.Tests.Processes;

public sealed class A_trace : IDisposable
{
    private readonly string _dataRoot = Directory.CreateTempSubdirectory("aigc-trace-").FullName;

    public void Dispose() => Directory.Delete(_dataRoot, recursive: true);

    [Fact]
    public async Task Follows_one_request_from_its_command_through_the_saga_to_what_the_saga_sends()
    {
        var seen = new ConcurrentBag<(ActivityTraceId Trace, string Name)>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "MassTransit" or nameof(A_trace),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => seen.Add((activity.TraceId, activity.DisplayName)),
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource(nameof(A_trace));
        await using var host = await ProcessHost.Start(_dataRoot);
        var id = Guid.NewGuid();
        ActivityTraceId trace;
        using (var request = source.StartActivity("request"))
        {
            trace = request!.TraceId;
            await host.Commands.Send(Samples.Request(id));
        }

        await host.Reaches(id, JobStatus.Succeeded);

        string[] names = [.. seen.Where(one => one.Trace == trace).Select(one => one.Name)];
        Assert.Contains(names, name => name.Contains("model-training.runs", StringComparison.Ordinal));
        Assert.Contains(names, name => name.Contains("model-training.fit", StringComparison.Ordinal));
    }
}
