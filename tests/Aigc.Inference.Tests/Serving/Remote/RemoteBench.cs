using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aigc.Inference.Tests.Serving.Remote;

/// <summary>A server on loopback whose answers a test writes.</summary>
internal sealed class RemoteServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private int _attempts;

    private RemoteServer(WebApplication server) => _server = server;

    /// <summary>Bodies of the requests, in the order they came.</summary>
    public ConcurrentQueue<JsonObject> Bodies { get; } = [];

    /// <summary>What a worker needs to know of it.</summary>
    public Dictionary<string, string?> Settings(params (string Key, string Value)[] more) =>
        more.Append(("Url", _server.Urls.First())).ToDictionary(pair => "Aigc:Inference:Remotes:test:" + pair.Item1, pair => (string?)pair.Item2);

    /// <param name="answer">Gets the request and its number, from 1.</param>
    /// <param name="health">Answers the question how the server is; null where it has no such page.</param>
    public static async Task<RemoteServer> Start(Func<HttpContext, int, Task> answer, Func<HttpContext, Task>? health = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new RemoteServer(app);
        app.MapPost("/v1/chat/completions", async context =>
        {
            server.Bodies.Enqueue((await JsonNode.ParseAsync(context.Request.Body))!.AsObject());
            await answer(context, Interlocked.Increment(ref server._attempts));
        });
        if (health is not null)
            app.MapGet("/health", (RequestDelegate)(context => health(context)));
        await app.StartAsync();
        return server;
    }

    public static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    /// <summary>Sends a part of a stream at once.</summary>
    public static async Task Sse(HttpContext context, string body)
    {
        if (!context.Response.HasStarted)
            context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync(body);
        await context.Response.Body.FlushAsync();
    }

    /// <summary>One event with a piece of an answer; with a reason it is the answer's last.</summary>
    public static string Piece(string text, int index = 0, string? reason = null) => "data: " + new JsonObject
    {
        ["choices"] = new JsonArray(new JsonObject { ["index"] = index, ["delta"] = new JsonObject { ["content"] = text }, ["finish_reason"] = reason }),
    }.ToJsonString() + "\n\n";

    /// <summary>Stays silent until the client has gone.</summary>
    public static async Task Hang(HttpContext context)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}

/// <summary>A worker with one model of a <see cref="RemoteServer"/>.</summary>
internal sealed class RemoteBench : IAsyncDisposable
{
    private readonly TestWorker _worker;
    private readonly ModelLease _lease;
    private readonly ModelRef _model;

    private RemoteBench(RemoteServer server, TestWorker worker, RemoteLines lines, ModelRef model, ModelLease lease) =>
        (Server, _worker, Lines, _model, _lease) = (server, worker, lines, model, lease);

    public RemoteServer Server { get; }

    /// <summary>What the worker logged of the server.</summary>
    public RemoteLines Lines { get; }

    public static Task<RemoteBench> Start(Func<HttpContext, int, Task> answer, params (string Key, string Value)[] settings) => Start(answer, null, settings);

    public static async Task<RemoteBench> Start(Func<HttpContext, int, Task> answer, Func<HttpContext, Task>? health, params (string Key, string Value)[] settings)
    {
        var server = await RemoteServer.Start(answer, health);
        var lines = new RemoteLines();
        var worker = new TestWorker(server.Settings(settings), services => services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(lines)));
        var model = await Store(worker, "test");
        return new(server, worker, lines, model, await worker.Host.Acquire(model, default));
    }

    /// <summary>Stores a folder that names an engine.</summary>
    public static async Task<ModelRef> Store(TestWorker worker, string engine)
    {
        var folder = Directory.CreateTempSubdirectory("aigc-remote-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "remote.json"), $$"""{"engine":"{{engine}}","model":"m","context_length":128}""");
        var model = await worker.Store("far", folder);
        Directory.Delete(folder, recursive: true);
        return model;
    }

    public static GenerateText Command(ModelRef model, SamplingSpec? sampling = null) => new()
    {
        GenerationId = Guid.NewGuid(),
        Job = new() { RootId = Guid.NewGuid(), Tenant = "t" },
        Model = model,
        Messages = [new() { Role = "user", Content = "Hi" }],
        Sampling = sampling ?? new(),
    };

    public IReadOnlyList<ITextRun> Runs(SamplingSpec? sampling = null) =>
        ((ITextModel)_lease.Model).Start(Command(_model, sampling), TimeProvider.System.GetTimestamp());

    /// <summary>Answers to a request that the caller completes.</summary>
    public IReadOnlyList<ITextRun> RunsOf(Func<GenerateText, GenerateText> more) => ((ITextModel)_lease.Model).Start(more(Command(_model)), TimeProvider.System.GetTimestamp());

    public Task<GenerationResult> Ask(SamplingSpec? sampling = null) => Assert.Single(Runs(sampling)).Completion;

    public async ValueTask DisposeAsync()
    {
        _lease.Dispose();
        await _worker.DisposeAsync();
        await Server.DisposeAsync();
    }
}
