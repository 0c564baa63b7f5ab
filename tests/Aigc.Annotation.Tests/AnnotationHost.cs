using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using Aigc.Contracts.Annotation;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Gateway;
using Aigc.Contracts.Jobs;
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

namespace Aigc.Annotation.Tests;

/// <summary>The room by itself: in-memory bus, embedded store, real HTTP. Two over one folder are two lives of one machine.</summary>
internal sealed class AnnotationHost : IAsyncDisposable
{
    private static readonly string Token = new('t', 32);

    private readonly WebApplication _app;
    private readonly bool _ownsRoot;

    private AnnotationHost(WebApplication app, string root, bool ownsRoot) => (_app, Root, _ownsRoot) = (app, root, ownsRoot);

    public string Root { get; }

    public Seen Seen => Get<Seen>();

    public static async Task<AnnotationHost> Start(TimeProvider? time = null, string? root = null)
    {
        var own = root is null;
        root ??= Directory.CreateTempSubdirectory("aigc-annotation-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = root,
            ["Aigc:Gateway:InternalToken"] = Token,
            ["Aigc:Bus:SweepEvery"] = "00:00:00.100",
            ["Aigc:Bus:StepTimeout"] = "00:00:00.500",
            ["Aigc:Work:Poll"] = "00:00:00.100",
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Logging.ClearProviders();
        if (time is not null)
            builder.Services.AddSingleton(time);
        builder.AddServiceDefaults();
        builder.AddAnnotation();
        builder.Services.AddSingleton<Seen>();
        builder.AddBus(bus =>
        {
            bus.AddAnnotation();
            bus.AddQueueConsumer<SeenConsumer>("test.seen", 1);
        });
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapAnnotation();
        LogContext.ConfigureCurrentLogContext(app.Services.GetRequiredService<ILoggerFactory>());
        await app.StartAsync();
        return new(app, root, own);
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Requests of a person, as the gateway lets them through.</summary>
    public HttpClient Client(string tenant = "default", string user = "ann", string scopes = "annotate look data")
    {
        var client = new HttpClient { BaseAddress = new(Get<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
        client.DefaultRequestHeaders.Add("x-aigc-internal", Token);
        client.DefaultRequestHeaders.Add("x-aigc-tenant", tenant);
        client.DefaultRequestHeaders.Add("x-aigc-user", user);
        client.DefaultRequestHeaders.Add("x-aigc-scopes", scopes);
        return client;
    }

    /// <summary>Packs rows as a dataset version.</summary>
    public async Task<DatasetVersionRef> Dataset(IEnumerable<(string Id, string Title, string Text)> rows)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root, $"dataset-{Guid.NewGuid():N}")).FullName;
        var list = rows.ToList();
        Corpus.Write(folder, list);
        return new() { Name = "sample", Folder = await Get<ArtifactFolders>().Pack(folder), TrainRows = list.Count, ValidationRows = 0, TextBytes = 1 };
    }

    /// <summary>Orders a campaign.</summary>
    public async Task<Guid> Order(DatasetVersionRef dataset, AnnotationSpec? spec = null)
    {
        var id = Guid.NewGuid();
        await Get<ICommands>().Send(new RunLabelingCampaign { CampaignId = id, Job = new() { RootId = id, Tenant = "default" }, Name = "sample", Dataset = dataset, Annotation = spec ?? new() });
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsRoot)
            Directory.Delete(Root, recursive: true);
    }
}

/// <summary>A small made-up corpus of several subjects.</summary>
internal static class Corpus
{
    private static readonly (string Title, string Text)[] Subjects =
    [
        ("Queue {0}", "Represents a collection of elements in an array. Each element has a key in the dictionary number {0}. The list grows when its capacity is used up."),
        ("Socket {0}", "Connects a client to a server over the network. The socket sends a request to host {0} and port and reads the response. A proxy may forward it over HTTP."),
        ("Castle {0}", "The castle is an old building above the river. In the fourteenth century king number {0} of the country defended the city in a war. The army of the empire lost the battle."),
        ("Cipher {0}", "Encrypts data with a secret key. The certificate carries a signature number {0} and a password protects the credential. Authentication comes before authorization."),
        // Says two things at once, so that labelers may differ.
        ("Thread of the socket {0}", "Waits for a task. A lock on the file stream number {0} keeps the thread from the network request until the server cancels the task."),
    ];

    public static List<(string Id, string Title, string Text)> Rows(int count) =>
        [.. Enumerable.Range(0, count).Select(i => ($"doc-{i:0000}", string.Format(null, Subjects[i % Subjects.Length].Title, i), string.Format(null, Subjects[i % Subjects.Length].Text, i)))];

    public static void Write(string folder, IReadOnlyList<(string Id, string Title, string Text)> rows, int files = 1)
    {
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        for (var file = 0; file < files; file++)
        {
            using var writer = new StreamWriter(new GZipStream(File.Create(Path.Combine(folder, "data", $"train-{file:00000}-of-{files:00000}.jsonl.gz")), CompressionLevel.Fastest));
            foreach (var (id, title, text) in rows.Where((_, i) => i % files == file))
                writer.WriteLine(JsonSerializer.Serialize(new { id, text, title, language = "en" }));
        }
    }
}

/// <summary>What was told.</summary>
public sealed class Seen
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<object>> _outcomes = new();
    private readonly ConcurrentDictionary<(Guid, JobStatus), TaskCompletionSource<JobChanged>> _states = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<AdministrativeAct>> _acts = new();

    /// <summary>Every act that was told, repeats too.</summary>
    public ConcurrentQueue<AdministrativeAct> Acts { get; } = new();

    public void Add(AdministrativeAct act)
    {
        Acts.Enqueue(act);
        _acts.GetOrAdd(act.Act, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(act);
    }

    public Task<AdministrativeAct> Act(string name) =>
        _acts.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public void Add(Guid id, object outcome) => _outcomes.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(outcome);

    public void Add(JobChanged changed) => _states.GetOrAdd((changed.JobId, changed.Status), _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(changed);

    public Task<object> Outcome(Guid id) =>
        _outcomes.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public Task<JobChanged> Reaches(Guid id, JobStatus status) =>
        _states.GetOrAdd((id, status), _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
}

public sealed class SeenConsumer(Seen seen) : IConsumer<LabelingFinished>, IConsumer<LabelingFailed>, IConsumer<JobChanged>, IConsumer<AdministrativeAct>
{
    public Task Consume(ConsumeContext<LabelingFinished> context) => Note(() => seen.Add(context.Message.CampaignId, context.Message));

    public Task Consume(ConsumeContext<LabelingFailed> context) => Note(() => seen.Add(context.Message.CampaignId, context.Message));

    public Task Consume(ConsumeContext<JobChanged> context) => Note(() => seen.Add(context.Message));

    public Task Consume(ConsumeContext<AdministrativeAct> context) => Note(() => seen.Add(context.Message));

    private static Task Note(Action note)
    {
        note();
        return Task.CompletedTask;
    }
}
