using System.Collections.Concurrent;
using Aigc.Contracts.Annotation;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using Aigc.ServiceDefaults.Tests.Processes;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage.Documents;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aigc.Integration.Tests.Bus;

/// <summary>One of several processes of a platform: own bus connection, shared store, RabbitMQ between them.</summary>
internal sealed class BusProcess : IAsyncDisposable
{
    private readonly IHost _host;

    private BusProcess(IHost host) => _host = host;

    public ICommands Commands => _host.Services.GetRequiredService<ICommands>();

    public IBus Bus => _host.Services.GetRequiredService<IBus>();

    public SampleWorkScript Script => _host.Services.GetRequiredService<SampleWorkScript>();

    public IDocumentStore<SampleRun> Runs => _host.Services.GetRequiredService<IDocumentStore<SampleRun>>();

    public Heard Heard => _host.Services.GetRequiredService<Heard>();

    public static async Task<BusProcess> Start(Uri broker, string dataRoot, string name = "one")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = dataRoot,
            ["Aigc:Gateway:InternalToken"] = new string('t', 32),
            ["Aigc:Bus:Transport"] = "RabbitMq",
            ["Aigc:Bus:RabbitMq"] = broker.ToString(),
            ["Aigc:Bus:SweepEvery"] = "00:00:00.500",
            ["Aigc:Bus:StepTimeout"] = "00:00:02",
            ["Aigc:Work:Poll"] = "00:00:00.200",
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.Services.AddSingleton(new SampleWorkScript());
        builder.Services.AddSingleton<Heard>();
        builder.AddBus(bus =>
        {
            bus.AddProcess<SampleRunStateMachine, SampleRun, TrainModel>();
            bus.AddWork<FitModel, SampleWork>(4);
            bus.AddCommandConsumer<Registry, ListModels>();
            // Two hosts of one test share a process identity; the name keeps their queues apart.
            bus.AddBroadcastConsumer<TaskListener>($"test-tasks.{name}");
        });
        var host = builder.Build();
        LogContext.ConfigureCurrentLogContext(host.Services.GetRequiredService<ILoggerFactory>());
        await host.StartAsync();
        return new BusProcess(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}

/// <summary>What a broadcast told this process.</summary>
internal sealed class Heard
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _heard = new();

    public void Add(Guid id) => _heard.GetOrAdd(id, _ => new TaskCompletionSource()).TrySetResult();

    public Task Wait(Guid id) => _heard.GetOrAdd(id, _ => new TaskCompletionSource()).Task.WaitAsync(TimeSpan.FromSeconds(30));

    public bool Has(Guid id) => _heard.TryGetValue(id, out var heard) && heard.Task.IsCompleted;
}

internal sealed class TaskListener(Heard heard) : IConsumer<TaskSubmitted>
{
    public Task Consume(ConsumeContext<TaskSubmitted> context)
    {
        heard.Add(context.Message.CampaignId);
        return Task.CompletedTask;
    }
}

internal sealed class Registry : IConsumer<ListModels>
{
    public Task Consume(ConsumeContext<ListModels> context) => context.RespondAsync(new ModelList { Models = [] });
}
