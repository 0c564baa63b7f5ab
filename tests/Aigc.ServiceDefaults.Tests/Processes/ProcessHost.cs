using System.Collections.Concurrent;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using Aigc.ServiceDefaults.Work;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aigc.ServiceDefaults.Tests.Processes;

/// <summary>A real host on the in-memory bus and the embedded store. Two over one folder are two lives of one machine.</summary>
internal sealed class ProcessHost : IAsyncDisposable
{
    private readonly IHost _host;

    private ProcessHost(IHost host) => _host = host;

    public SampleWorkScript Script => _host.Services.GetRequiredService<SampleWorkScript>();

    public ICommands Commands => _host.Services.GetRequiredService<ICommands>();

    public IBus Bus => _host.Services.GetRequiredService<IBus>();

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public static async Task<ProcessHost> Start(string dataRoot, Action<SampleWorkScript>? script = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = dataRoot,
            ["Aigc:Gateway:InternalToken"] = new string('t', 32),
            ["Aigc:Bus:SweepEvery"] = "00:00:00.100",
            ["Aigc:Bus:StepTimeout"] = "00:00:00.300",
            ["Aigc:Work:Lease"] = "00:00:01",
            ["Aigc:Work:Heartbeat"] = "00:00:00.200",
            ["Aigc:Work:Poll"] = "00:00:00.100",
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.Services.AddSingleton(new SampleWorkScript());
        builder.Services.AddSingleton<Seen>();
        builder.AddBus(bus =>
        {
            bus.AddProcess<SampleRunStateMachine, SampleRun, TrainModel>();
            bus.AddWork<FitModel, SampleWork>();
            bus.AddQueueConsumer<SeenConsumer>("test.seen", 1);
        });
        var host = builder.Build();
        script?.Invoke(host.Services.GetRequiredService<SampleWorkScript>());
        LogContext.ConfigureCurrentLogContext(host.Services.GetRequiredService<ILoggerFactory>());
        await host.StartAsync();
        return new ProcessHost(host);
    }

    public Task<JobChanged> Reaches(Guid job, JobStatus status) => _host.Services.GetRequiredService<Seen>().Wait(job, status);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}

/// <summary>What was told about jobs.</summary>
public sealed class Seen
{
    private readonly ConcurrentDictionary<(Guid Job, JobStatus Status), TaskCompletionSource<JobChanged>> _seen = new();

    public void Add(JobChanged change) => Of(change.JobId, change.Status).TrySetResult(change);

    public Task<JobChanged> Wait(Guid job, JobStatus status) => Of(job, status).Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    private TaskCompletionSource<JobChanged> Of(Guid job, JobStatus status) =>
        _seen.GetOrAdd((job, status), _ => new TaskCompletionSource<JobChanged>(TaskCreationOptions.RunContinuationsAsynchronously));
}

public sealed class SeenConsumer(Seen seen) : IConsumer<JobChanged>
{
    public Task Consume(ConsumeContext<JobChanged> context)
    {
        seen.Add(context.Message);
        return Task.CompletedTask;
    }
}
