using System.Text;
using Aigc.Contracts;
using Aigc.Contracts.Gateway;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Artifacts;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aigc.Orchestration.Tests;

/// <summary>The real module on the in-memory bus and the embedded store; the other services' ends are played by <see cref="Links"/>.</summary>
internal sealed class OrchestrationHost : IAsyncDisposable
{
    private static readonly string Token = new('t', 32);
    private readonly WebApplication _app;
    private readonly string _dataRoot;

    private OrchestrationHost(WebApplication app, string dataRoot) => (_app, _dataRoot) = (app, dataRoot);

    public Links Links => Get<Links>();

    public ICommands Commands => Get<ICommands>();

    public IBus Bus => Get<IBus>();

    /// <summary>Requests as the gateway passes them on.</summary>
    public HttpClient Client(string tenant = "default", string scopes = "*")
    {
        var client = new HttpClient { BaseAddress = new Uri(Get<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
        client.DefaultRequestHeaders.Add(TenantContext.InternalTokenHeader, Token);
        client.DefaultRequestHeaders.Add(TenantContext.TenantHeader, tenant);
        client.DefaultRequestHeaders.Add(CallerContext.UserHeader, "user_mei");
        client.DefaultRequestHeaders.Add(CallerContext.ScopesHeader, scopes);
        return client;
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Stores what <see cref="Made"/> names.</summary>
    public async Task StoreFolders()
    {
        foreach (var manifest in Made.Manifests)
        {
            await Get<IArtifactStore>().Put(new MemoryStream(Encoding.UTF8.GetBytes(manifest)), ArtifactRef.FolderMediaType);
        }
    }

    public static async Task<OrchestrationHost> Start()
    {
        var dataRoot = Directory.CreateTempSubdirectory("aigc-orchestration-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = dataRoot,
            ["Aigc:Gateway:InternalToken"] = Token,
            ["Aigc:Bus:SweepEvery"] = "00:00:00.100",
            ["Aigc:Bus:StepTimeout"] = "00:00:00.500",
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
            bus.AddQueueConsumer<JobWatcher>("test.jobs", 1);
        });
        var app = builder.Build();
        LogContext.ConfigureCurrentLogContext(app.Services.GetRequiredService<ILoggerFactory>());
        app.UseServiceDefaults();
        app.MapOrchestration();
        var host = new OrchestrationHost(app, dataRoot);
        await host.StoreFolders();
        await app.StartAsync();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_dataRoot, recursive: true);
    }
}

public sealed class JobWatcher(Links links)
    : IConsumer<JobChanged>, IConsumer<CancellationRequested>, IConsumer<GenerationAbandoned>, IConsumer<ModelPromoted>, IConsumer<ModelErased>, IConsumer<ModelNotRegistered>, IConsumer<AdministrativeAct>
{
    public Task Consume(ConsumeContext<ModelPromoted> context) => links.Told.Writer.WriteAsync(context.Message).AsTask();

    public Task Consume(ConsumeContext<ModelErased> context) => links.Told.Writer.WriteAsync(context.Message).AsTask();

    public Task Consume(ConsumeContext<ModelNotRegistered> context) => links.Told.Writer.WriteAsync(context.Message).AsTask();

    public Task Consume(ConsumeContext<AdministrativeAct> context) => links.Told.Writer.WriteAsync(context.Message).AsTask();

    public Task Consume(ConsumeContext<JobChanged> context)
    {
        links.Saw(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<GenerationAbandoned> context)
    {
        links.Abandoned.Add(context.Message.GenerationId);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<CancellationRequested> context)
    {
        links.Cancelled.Enqueue(context.Message.JobId);
        return Task.CompletedTask;
    }
}
