using System.Net.Http.Headers;
using Aigc.Application.Jobs;
using Aigc.Application.Tests.Faults;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aigc.Application.Tests;

/// <summary>The real service on the in-memory bus and an embedded store, with scripted neighbours. Two over one folder are two lives of one machine.</summary>
internal sealed class ApplicationHost : IAsyncDisposable
{
    public const string Tenant = "acme";
    internal static readonly string Token = new('t', 32);

    private readonly WebApplication _app;

    private ApplicationHost(WebApplication app)
    {
        _app = app;
        Client = ClientOf(Tenant);
    }

    public HttpClient Client { get; }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public Neighbours Neighbours => Get<Neighbours>();

    public IBus Bus => Get<IBus>();

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<ApplicationHost> Start(string dataRoot, Action<Neighbours>? script = null, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = dataRoot,
            ["Aigc:Files:Roots:0"] = dataRoot,
            ["Aigc:Gateway:InternalToken"] = Token,
            ["Aigc:Bus:SweepEvery"] = "00:00:00.100",
            ["Aigc:Application:WatchEvery"] = "00:00:00.020",
            ["Aigc:Application:ResendAfter"] = "00:00:00.200",
            ["Aigc:Application:JobSilence"] = "00:00:00.300",
            ["Aigc:Application:Files:SweepEvery"] = "00:00:00.100",
            ["Aigc:Application:Batches:FirstPause"] = "00:00:00.020",
            ["Aigc:Application:Batches:LongestPause"] = "00:00:00.100",
            ["Aigc:Work:Poll"] = "00:00:00.100",
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        builder.Logging.ClearProviders();
        var neighbours = new Neighbours();
        script?.Invoke(neighbours);
        if (neighbours.Log is { } log)
        {
            builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        }

        builder.Services.AddSingleton(neighbours).AddSingleton<Poison>();
        if (neighbours.Time is { } time)
        {
            builder.Services.AddSingleton(time);
        }

        builder.AddServiceDefaults();
        builder.AddApplication();
        builder.AddBus(bus =>
        {
            bus.AddApplication();
            bus.AddQueueConsumer<Registry>("orchestration.registry");
            bus.AddQueueConsumer<Ledger>("orchestration.ledger");
            bus.AddQueueConsumer<Worker>(InferenceQueues.Text("default"));
            bus.AddQueueConsumer<BatchWorker>(InferenceQueues.Batch("default"));
            bus.AddQueueConsumer<ChainRuns>("orchestration.chains", 1);
            bus.AddQueueConsumer<TrainingRuns>("model-training.runs", 1);
            bus.AddQueueConsumer<ImportRuns>("model-training.imports", 1);
            bus.AddQueueConsumer<Generations>("orchestration.generations", 1);
            bus.AddQueueConsumer<Listener>("test.listener", 1);
            bus.AddQueueConsumer<PoisonConsumer>(Poison.Queue, 1);
        });
        var app = builder.Build();
        if (neighbours.Door is { } door)
        {
            app.Use(next => context => door(context, next));
        }

        app.UseServiceDefaults();
        app.MapApplication();
        LogContext.ConfigureCurrentLogContext(app.Services.GetRequiredService<ILoggerFactory>());
        await app.StartAsync();
        return new ApplicationHost(app);
    }

    public HttpClient ClientOf(string tenant, string scopes = "*")
    {
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        var client = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(60) };
        client.DefaultRequestHeaders.Add(TenantContext.InternalTokenHeader, Token);
        client.DefaultRequestHeaders.Add(TenantContext.TenantHeader, tenant);
        client.DefaultRequestHeaders.Add(CallerContext.ScopesHeader, scopes);
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*"));
        return client;
    }

    public Task<JobDocument> Job(Guid id, Func<JobDocument, bool> when) => Until(async () =>
        await Get<IDocumentStore<JobDocument>>().Find(id.ToString()) is { } job && when(job) ? job : null);

    public static async Task<T> Until<T>(Func<Task<T?>> state)
        where T : class
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (await state() is { } reached)
            {
                return reached;
            }

            await Task.Delay(20, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>What the services around this one do in a test, and what they were sent.</summary>
public sealed class Neighbours
{
    public Neighbours() => ModelsOf = _ => Models;

    /// <summary>A model that tells texts apart.</summary>
    public static ModelRef Classifier { get; } = new()
    {
        Name = "moderation",
        Folder = new ArtifactRef { Digest = new string('c', 64), Size = 1, MediaType = ArtifactRef.FolderMediaType },
        Tier = "micro",
        ContextLength = 2048,
        Labels = ["harassment", "violence"],
    };

    public static ModelRef Model { get; } = new()
    {
        Name = "small-one",
        Folder = new ArtifactRef { Digest = new string('a', 64), Size = 1, MediaType = ArtifactRef.FolderMediaType },
        Tier = "small",
        ContextLength = 256,
    };

    /// <summary>What the ledger lets a process hold; nothing is limited unless a test says so.</summary>
    public Func<HoldFunds, FundsHeld> Hold { get; set; } = _ => new FundsHeld();

    public Func<AdmitJob, JobAdmitted> Admit { get; set; } = _ => new JobAdmitted();

    public IReadOnlyList<RegisteredModel> Models { get; set; } = [new() { Model = Model, At = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000) }];

    /// <summary>What the registry knows of a tenant's; everybody has <see cref="Models"/> unless a test says otherwise.</summary>
    public Func<string, IReadOnlyList<RegisteredModel>> ModelsOf { get; set; }

    public PriceList Prices { get; set; } = new() { Currency = "EUR", Prices = [] };

    public Func<GenerateText, ISendEndpoint, Task> Generate { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>What stands before the service; null for nothing.</summary>
    public Func<Microsoft.AspNetCore.Http.HttpContext, Microsoft.AspNetCore.Http.RequestDelegate, Task>? Door { get; set; }

    /// <summary>What becomes of a durable generation; null for <see cref="Ordered"/>.</summary>
    public Func<RequestGeneration, ConsumeContext, Task>? Durable { get; set; }

    public Func<EmbedText, object> Embed { get; set; } = _ => new object();

    public Func<ClassifyText, object> Classify { get; set; } = _ => new object();

    /// <summary>Durable generations that were ordered, in their order.</summary>
    public System.Threading.Channels.Channel<RequestGeneration> Ordered { get; } = System.Threading.Channels.Channel.CreateUnbounded<RequestGeneration>();

    /// <summary>Where the service's log goes, at its most talkative; null for nowhere.</summary>
    public ILoggerProvider? Log { get; set; }

    /// <summary>The clock of the service; null for the system's.</summary>
    public TimeProvider? Time { get; set; }

    /// <summary>How a training run ends; null while it goes on.</summary>
    public Func<TrainModel, object?> Train { get; set; } = _ => null;

    /// <summary>How a worker answers a command of the batch queue; null for not at all.</summary>
    public Func<GenerateText, Task<object?>> AnswerBatch { get; set; } = command => Task.FromResult<object?>(Final(command, "fine"));

    public System.Threading.Channels.Channel<RunChain> Chains { get; } = System.Threading.Channels.Channel.CreateUnbounded<RunChain>();

    public System.Threading.Channels.Channel<object> Heard { get; } = System.Threading.Channels.Channel.CreateUnbounded<object>();

    public static TextGenerated Final(GenerateText command, string text) => new()
    {
        GenerationId = command.GenerationId,
        Text = text,
        FinishReason = "stop",
        PromptTokens = 5,
        CompletionTokens = 3,
        ModelDigest = command.Model.Folder.Digest,
    };

    public static TextStreamed Piece(GenerateText command, int number, string text) => new() { GenerationId = command.GenerationId, Sequence = number, Text = text };

    /// <summary>A text has every label whose name is in it.</summary>
    public static TextClassified Labelled(ClassifyText command) => new()
    {
        RequestId = command.RequestId,
        Labels = command.Model.Labels,
        Results = [.. command.Inputs.Select(text => new TextLabels
        {
            Probabilities = [.. command.Model.Labels.Select(label => text.Contains(label, StringComparison.Ordinal) ? 0.75f : 0.25f)],
            Flags = [.. command.Model.Labels.Select(label => text.Contains(label, StringComparison.Ordinal))],
        })],
        TokenCounts = [.. command.Inputs.Select(ClassifyText.TokensOf)],
        ModelDigest = command.Model.Folder.Digest,
    };

    public async Task<T> Hears<T>()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (await Heard.Reader.ReadAsync(limit.Token) is T wanted)
            {
                return wanted;
            }
        }
    }
}

public sealed class Registry(Neighbours neighbours) : IConsumer<ListModels>
{
    public Task Consume(ConsumeContext<ListModels> context) => context.RespondAsync(new ModelList { Models = neighbours.ModelsOf(context.Message.Tenant) });
}

public sealed class Ledger(Neighbours neighbours) : IConsumer<HoldFunds>, IConsumer<AdmitJob>, IConsumer<ListPrices>
{
    public Task Consume(ConsumeContext<HoldFunds> context) => context.RespondAsync(neighbours.Hold(context.Message));

    public Task Consume(ConsumeContext<AdmitJob> context) => context.RespondAsync(neighbours.Admit(context.Message));

    public Task Consume(ConsumeContext<ListPrices> context) => context.RespondAsync(neighbours.Prices);
}

public sealed class Worker(Neighbours neighbours) : IConsumer<GenerateText>, IConsumer<EmbedText>, IConsumer<ClassifyText>
{
    public Task Consume(ConsumeContext<ClassifyText> context) => neighbours.Classify(context.Message) is var outcome ? context.RespondAsync(outcome, outcome.GetType()) : Task.CompletedTask;

    public Task Consume(ConsumeContext<EmbedText> context) => neighbours.Embed(context.Message) is var outcome ? context.RespondAsync(outcome, outcome.GetType()) : Task.CompletedTask;

    public async Task Consume(ConsumeContext<GenerateText> context) =>
        await neighbours.Generate(context.Message, await context.GetSendEndpoint(context.Message.StreamTo!));
}

public sealed class BatchWorker(Neighbours neighbours) : IConsumer<GenerateText>
{
    public async Task Consume(ConsumeContext<GenerateText> context)
    {
        if (await neighbours.AnswerBatch(context.Message) is { } answer)
        {
            await context.Publish(answer, answer.GetType());
        }
    }
}

public sealed class ChainRuns(Neighbours neighbours) : IConsumer<RunChain>
{
    public async Task Consume(ConsumeContext<RunChain> context) => await neighbours.Chains.Writer.WriteAsync(context.Message);
}

public sealed class Generations(Neighbours neighbours) : IConsumer<RequestGeneration>
{
    public async Task Consume(ConsumeContext<RequestGeneration> context) =>
        await (neighbours.Durable?.Invoke(context.Message, context) ?? neighbours.Ordered.Writer.WriteAsync(context.Message).AsTask());
}

public sealed class TrainingRuns(Neighbours neighbours) : IConsumer<TrainModel>
{
    public async Task Consume(ConsumeContext<TrainModel> context)
    {
        await neighbours.Heard.Writer.WriteAsync(context.Message);
        if (neighbours.Train(context.Message) is { } outcome)
        {
            await context.Publish(outcome, outcome.GetType(), publish => publish.CorrelationId = context.Message.Job.ParentId);
        }
    }
}

public sealed class ImportRuns(Neighbours neighbours) : IConsumer<ImportModel>
{
    public async Task Consume(ConsumeContext<ImportModel> context) => await neighbours.Heard.Writer.WriteAsync(context.Message);
}

public sealed class Listener(Neighbours neighbours) : IConsumer<GenerationAbandoned>, IConsumer<CancellationRequested>, IConsumer<StateRequested>
{
    public async Task Consume(ConsumeContext<GenerationAbandoned> context) => await neighbours.Heard.Writer.WriteAsync(context.Message);

    public async Task Consume(ConsumeContext<CancellationRequested> context) => await neighbours.Heard.Writer.WriteAsync(context.Message);

    public async Task Consume(ConsumeContext<StateRequested> context) => await neighbours.Heard.Writer.WriteAsync(context.Message);
}
