using System.Collections.Concurrent;
using System.Text;
using Aigc.Contracts.Distribution;
using Aigc.Contracts.Gateway;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Distribution.Channels;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Artifacts;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aigc.Distribution.Tests;

/// <summary>The room by itself: in-memory bus, embedded store, real HTTP. Two over one folder are two lives of one machine.</summary>
internal sealed class DistributionHost : IAsyncDisposable
{
    private static readonly string Token = new('t', 32);

    private readonly WebApplication _app;
    private readonly bool _ownsRoot;

    private DistributionHost(WebApplication app, string root, bool ownsRoot) => (_app, Root, _ownsRoot) = (app, root, ownsRoot);

    public string Root { get; }

    public string Out => Path.Combine(Root, "out");

    public Seen Seen => Get<Seen>();

    public static async Task<DistributionHost> Start(Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null, string? root = null)
    {
        var own = root is null;
        root ??= Directory.CreateTempSubdirectory("aigc-distribution-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = Path.Combine(root, "data"),
            ["Aigc:Files:Roots:0"] = Path.Combine(root, "out"),
            ["Aigc:Gateway:InternalToken"] = Token,
            ["Aigc:Bus:SweepEvery"] = "00:00:00.100",
            ["Aigc:Work:Poll"] = "00:00:00.100",
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddDistribution();
        builder.Services.AddSingleton<Seen>();
        services?.Invoke(builder.Services);
        builder.AddBus(bus =>
        {
            bus.AddDistribution();
            bus.AddQueueConsumer<SeenConsumer>("test.seen", 1);
        });
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapDistribution();
        LogContext.ConfigureCurrentLogContext(app.Services.GetRequiredService<ILoggerFactory>());
        await app.StartAsync();
        return new(app, root, own);
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public HttpClient Client(string tenant = "default")
    {
        var address = Get<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var client = new HttpClient { BaseAddress = new(address) };
        client.DefaultRequestHeaders.Add("x-aigc-internal", Token);
        client.DefaultRequestHeaders.Add("x-aigc-tenant", tenant);
        return client;
    }

    public async Task<ContentItem> Content(string text = "A queue is first in, first out.", string title = "What is a queue?")
    {
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var body = await Get<IArtifactStore>().Put(bytes, "text/markdown");
        return new()
        {
            ContentId = body.Digest,
            Title = title,
            Body = body,
            ModelDigest = new('a', 64),
            ModelName = "dotnet-docs",
            GenerationId = Guid.NewGuid(),
            GeneratedAt = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        };
    }

    public ChannelSpec Folder() => new() { Kind = "folder", Path = Path.Combine(Out, "answers") };

    public ChannelSpec Feed() => new() { Kind = "feed", Path = Path.Combine(Out, "feed.xml"), Title = "Answers" };

    public static DeliverContent Deliver(ContentItem content, ChannelSpec channel, Guid? id = null) => new()
    {
        PublicationId = id ?? Guid.NewGuid(),
        Job = new() { RootId = Guid.NewGuid(), Tenant = "default" },
        Content = content,
        Channel = channel,
    };

    /// <summary>Orders a publication and waits for its outcome.</summary>
    public async Task<object> Publish(ContentItem content, ChannelSpec channel, Guid? id = null)
    {
        var publication = id ?? Guid.NewGuid();
        await Get<ICommands>().Send(new PublishContent { PublicationId = publication, Job = new() { RootId = publication, Tenant = "default" }, Content = content, Channel = channel });
        return await Seen.Outcome(publication);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsRoot)
            Directory.Delete(Root, recursive: true);
    }
}

/// <summary>What was told.</summary>
public sealed class Seen
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<object>> _outcomes = new();
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<LineageRecorded>> _lineage = new();

    private readonly ConcurrentDictionary<string, TaskCompletionSource<AdministrativeAct>> _acts = new();

    public void Add(Guid id, object outcome) => _outcomes.GetOrAdd(id, _ => Source<object>()).TrySetResult(outcome);

    public void Add(LineageRecorded lineage) => _lineage.GetOrAdd(lineage.JobId, _ => Source<LineageRecorded>()).TrySetResult(lineage);

    public Task<object> Outcome(Guid id) => _outcomes.GetOrAdd(id, _ => Source<object>()).Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public Task<LineageRecorded> Lineage(Guid id) => _lineage.GetOrAdd(id, _ => Source<LineageRecorded>()).Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public void Add(AdministrativeAct act) => _acts.GetOrAdd(act.Act, _ => Source<AdministrativeAct>()).TrySetResult(act);

    public Task<AdministrativeAct> Act(string act) => _acts.GetOrAdd(act, _ => Source<AdministrativeAct>()).Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    private static TaskCompletionSource<T> Source<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

public sealed class SeenConsumer(Seen seen) : IConsumer<ContentPublished>, IConsumer<PublicationFailed>, IConsumer<LineageRecorded>, IConsumer<AdministrativeAct>
{
    public Task Consume(ConsumeContext<AdministrativeAct> context)
    {
        seen.Add(context.Message);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<ContentPublished> context) => Note(context.Message.PublicationId, context.Message);

    public Task Consume(ConsumeContext<PublicationFailed> context) => Note(context.Message.PublicationId, context.Message);

    public Task Consume(ConsumeContext<LineageRecorded> context)
    {
        seen.Add(context.Message);
        return Task.CompletedTask;
    }

    private Task Note(Guid id, object outcome)
    {
        seen.Add(id, outcome);
        return Task.CompletedTask;
    }
}
