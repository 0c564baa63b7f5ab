using System.Diagnostics;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration;
using Aigc.Orchestration.Tests;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aigc.Benchmarks.Measures;

/// <summary>Chain sagas over the in-memory bus and SQLite; links answer at once, so that the bus, the sagas and the store are all there is.</summary>
internal static class ChainSagas
{
    private const int Chains = 500;
    private const int AtOnce = 32;

    public static async Task Measure()
    {
        var folder = Directory.CreateTempSubdirectory("aigc-bench-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = folder,
            ["Aigc:Gateway:InternalToken"] = new string('t', 32),
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddOrchestration();
        builder.Services.AddSingleton<Links>();
        builder.AddBus(bus =>
        {
            bus.AddOrchestration();
            bus.AddQueueConsumer<DatasetLink>("data-supply.builds");
            bus.AddQueueConsumer<LabelLink>("annotation.campaigns");
            bus.AddQueueConsumer<TrainingLink>("model-training.runs");
            bus.AddQueueConsumer<ModelLink>("inference.text.default");
            bus.AddQueueConsumer<InferenceLink>("inference.batch.default");
            bus.AddQueueConsumer<PublicationLink>("distribution.publications");
            bus.AddQueueConsumer<Ends>("bench.ends");
        });
        await using (var app = builder.Build())
        {
            await app.StartAsync();
            var commands = app.Services.GetRequiredService<ICommands>();
            await RunMany(commands, AtOnce);
            var clock = Stopwatch.StartNew();
            await RunMany(commands, Chains);
            Report.Row("chain sagas, in-memory bus and SQLite", Chains / clock.Elapsed.TotalSeconds, "N0", $"chains of six links a second, {AtOnce} at once");
            await app.StopAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static Task RunMany(ICommands commands, int count) => Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
        async (_, ct) =>
        {
            var id = Guid.NewGuid();
            var ended = Ends.Expect(id);
            await commands.Send(new RunChain { ChainId = id, Job = new JobLink { RootId = id, Tenant = "default" }, Chain = SampleChain.Whole() }, ct);
            await ended;
        });
}

/// <summary>Tells whoever waits that a chain has ended.</summary>
internal sealed class Ends : IConsumer<ChainFinished>
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<Guid, TaskCompletionSource> Waiting = new();

    public static Task Expect(Guid chain) => (Waiting[chain] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public Task Consume(ConsumeContext<ChainFinished> context)
    {
        if (Waiting.TryRemove(context.Message.ChainId, out var waiting))
        {
            waiting.TrySetResult();
        }

        return Task.CompletedTask;
    }
}
