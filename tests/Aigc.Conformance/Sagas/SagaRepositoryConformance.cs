using Aigc.Conformance.Documents;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using Aigc.Storage.Documents;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aigc.Conformance.Sagas;

/// <summary>What the saga repository promises over every document store: events of one instance that come at once all count.</summary>
public abstract class SagaRepositoryConformance : IDisposable
{
    private const int Events = 200;

    private readonly string _dataRoot = Directory.CreateTempSubdirectory("aigc-sagas-").FullName;

    public void Dispose()
    {
        Directory.Delete(_dataRoot, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected abstract Task<Dictionary<string, string?>> Settings();

    [Fact]
    public async Task Concurrent_events_of_one_instance_all_count()
    {
        using var host = await Start();

        await Count([host]);
    }

    [Fact]
    public async Task Concurrent_events_of_one_instance_all_count_when_two_processes_handle_them()
    {
        using var here = await Start();
        using var there = await Start();

        await Count([here, there]);
    }

    private static async Task Count(IHost[] processes)
    {
        var id = Guid.NewGuid();
        var counters = processes[0].Services.GetRequiredService<IDocumentStore<Counter>>();
        await processes[0].Services.GetRequiredService<ICommands>().Send(new StartCounting { Id = id });
        await Until(counters, id, _ => true);

        await Task.WhenAll(Enumerable.Range(0, Events).Select(i =>
            processes[i % processes.Length].Services.GetRequiredService<IBus>().Publish(new Counted { Id = id })));

        await Until(counters, id, counter => counter.Count >= Events);
        foreach (var process in processes)
        {
            await process.StopAsync();
        }

        // Stopped buses have finished what they had: nothing counted twice either.
        Assert.Equal(Events, (await counters.Find(id.ToString()))!.Count);
    }

    private static async Task Until(IDocumentStore<Counter> counters, Guid id, Func<Counter, bool> reached)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (await counters.Find(id.ToString(), patience.Token) is not { } counter || !reached(counter))
        {
            await Task.Delay(10, patience.Token);
        }
    }

    private async Task<IHost> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(await Settings())
        {
            ["Aigc:DataRoot"] = _dataRoot,
            ["Aigc:Gateway:InternalToken"] = new string('t', 32),
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddBus(bus => bus.AddProcess<CounterStateMachine, Counter, StartCounting>());
        var host = builder.Build();
        LogContext.ConfigureCurrentLogContext(host.Services.GetRequiredService<ILoggerFactory>());
        await host.StartAsync();
        return host;
    }
}

public sealed class Sagas_in_sqlite : SagaRepositoryConformance
{
    protected override Task<Dictionary<string, string?>> Settings() => Task.FromResult(new Dictionary<string, string?>());
}

public sealed class Sagas_in_mongodb : SagaRepositoryConformance
{
    protected override async Task<Dictionary<string, string?>> Settings() => new()
    {
        ["Aigc:Documents:Provider"] = "MongoDb",
        ["Aigc:Documents:ConnectionString"] = await MongoServer.Require(),
        ["Aigc:Documents:Database"] = $"aigc-test-{Guid.NewGuid():N}",
    };
}
