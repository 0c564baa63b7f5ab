using System.Collections.Concurrent;
using Aigc.Contracts;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Artifacts;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aigc.ModelTraining.Tests;

/// <summary>The service on the in-memory bus and the embedded store, with the real trainer. The registry is played by the test.</summary>
internal sealed class TrainingHost : IAsyncDisposable
{
    public const string Token = "tttttttttttttttttttttttttttttttt";
    readonly WebApplication app;

    TrainingHost(WebApplication app) => this.app = app;

    public Heard Heard => app.Services.GetRequiredService<Heard>();

    public ICommands Commands => app.Services.GetRequiredService<ICommands>();

    public IBus Bus => app.Services.GetRequiredService<IBus>();

    public IArtifactStore Artifacts => app.Services.GetRequiredService<IArtifactStore>();

    public ArtifactFolders Folders => app.Services.GetRequiredService<ArtifactFolders>();

    public HttpClient Client(string tenant)
    {
        var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        client.DefaultRequestHeaders.Add("x-aigc-internal", Token);
        client.DefaultRequestHeaders.Add("x-aigc-tenant", tenant);
        return client;
    }

    public static async Task<TrainingHost> Start(string dataRoot, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = dataRoot,
            ["Aigc:Gateway:InternalToken"] = Token,
            ["Aigc:Bus:SweepEvery"] = "00:00:00.100",
            ["Aigc:Work:Lease"] = "00:00:02",
            ["Aigc:Work:Heartbeat"] = "00:00:00.200",
            ["Aigc:Work:Poll"] = "00:00:00.100",
            ["Aigc:ModelTraining:Threads"] = "1",
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddModelTraining();
        builder.Services.AddSingleton<Heard>();
        builder.AddBus(bus =>
        {
            bus.AddModelTraining();
            bus.AddCommandConsumer<Registry, RegisterModel>();
            bus.AddQueueConsumer<Listener>("test.listener", 1);
        });
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapModelTraining();
        LogContext.ConfigureCurrentLogContext(app.Services.GetRequiredService<ILoggerFactory>());
        await app.StartAsync();
        return new TrainingHost(app);
    }

    /// <summary>A dataset version of a grammar that a few steps teach.</summary>
    public async Task<DatasetVersionRef> Dataset(int documents = 300, string extension = "jsonl", int validation = 12)
    {
        var directory = Directory.CreateTempSubdirectory("aigc-dataset-").FullName;
        Directory.CreateDirectory(Path.Combine(directory, "data"));
        await Write("train", Enumerable.Range(0, documents));
        await Write("validation", Enumerable.Range(5000, validation));
        var folder = await Folders.Pack(directory);
        Directory.Delete(directory, recursive: true);
        return new DatasetVersionRef { Name = "tiny", Folder = folder, TrainRows = documents, ValidationRows = validation, TextBytes = documents * 200 };

        Task Write(string split, IEnumerable<int> numbers) => File.WriteAllLinesAsync(
            Path.Combine(directory, "data", $"{split}-00000.{extension}"), numbers.Select(n => $$"""{"text":"{{Text(n)}}"}"""));
    }

    public static TrainModel Order(Guid id, DatasetVersionRef dataset, int steps, string gate = "none") => new()
    {
        RunId = id,
        Job = new JobLink { RootId = id, Tenant = "default" },
        Name = "demo",
        Dataset = dataset,
        Training = new TrainingSpec { Shape = "nano", Budget = new() { Minutes = 10, Steps = steps }, Gate = new() { BetterThan = gate } },
    };

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    static string Text(int number)
    {
        string[] verbs = ["Gets", "Sets", "Returns", "Creates", "Removes"];
        string[] things = ["the value", "an element", "the collection", "a stream", "the current name", "a new instance"];
        var random = new Random(number);
        return string.Join(' ', Enumerable.Range(0, 6).Select(_ => $"{verbs[random.Next(5)]} {things[random.Next(6)]} of {things[random.Next(6)]}."));
    }
}

/// <summary>What was said on the bus, to be waited for.</summary>
internal sealed class Heard
{
    readonly ConcurrentQueue<object> messages = new();
    readonly SemaphoreSlim arrived = new(0);

    /// <summary>Why the registry takes no model; null while it does.</summary>
    public Problem? Refusal { get; set; }

    public IEnumerable<T> Of<T>() => messages.OfType<T>();

    public void Add(object message)
    {
        messages.Enqueue(message);
        arrived.Release();
    }

    public async Task<T> Wait<T>(Func<T, bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        while (true)
        {
            if (Of<T>().FirstOrDefault(wanted) is { } found)
                return found;
            await arrived.WaitAsync(limit.Token);
        }
    }

    public Task<JobChanged> Reaches(Guid id, JobStatus status) => Wait<JobChanged>(m => m.JobId == id && m.Status == status);
}

internal sealed class Listener(Heard heard) :
    IConsumer<JobChanged>, IConsumer<JobProgressed>, IConsumer<ModelTrained>, IConsumer<TrainingFailed>, IConsumer<LineageRecorded>,
    IConsumer<ModelImported>, IConsumer<ModelImportFailed>
{
    public Task Consume(ConsumeContext<JobChanged> context) => Add(context.Message);

    public Task Consume(ConsumeContext<JobProgressed> context) => Add(context.Message);

    public Task Consume(ConsumeContext<ModelTrained> context) => Add(context.Message);

    public Task Consume(ConsumeContext<TrainingFailed> context) => Add(context.Message);

    public Task Consume(ConsumeContext<LineageRecorded> context) => Add(context.Message);

    public Task Consume(ConsumeContext<ModelImported> context) => Add(context.Message);

    public Task Consume(ConsumeContext<ModelImportFailed> context) => Add(context.Message);

    Task Add(object message)
    {
        heard.Add(message);
        return Task.CompletedTask;
    }
}

internal sealed class Registry(Heard heard, TimeProvider time) : IConsumer<RegisterModel>
{
    public Task Consume(ConsumeContext<RegisterModel> context)
    {
        heard.Add(context.Message);
        return heard.Refusal is { } problem ? context.Publish(new ModelNotRegistered { RunId = context.Message.RunId, Problem = problem }) : context.Publish(new ModelRegistered
        {
            RunId = context.Message.RunId,
            Model = context.Message.Model,
            Tenant = context.Message.Tenant,
            At = time.GetUtcNow(),
        });
    }
}
