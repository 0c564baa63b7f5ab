using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aigc.Gateway.Tests;

/// <summary>A service behind the gateway: answers with the headers it was shown, counts bodies, streams on demand.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _counted;

    private Upstream(WebApplication app)
    {
        _app = app;
    }

    /// <summary>Requests that had an effect.</summary>
    public int Counted => _counted;

    /// <summary>Done when a request waits at <c>/v1/held</c>, until <see cref="LetGo"/>.</summary>
    public Task Held => _held.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Done when somebody hung up on an endless answer.</summary>
    public Task Aborted => _aborted.Task;

    public Uri Address { get; private set; } = null!;

    public void LetGo() => _letGo.TrySetResult();

    public static async Task<Upstream> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["urls"] = "http://127.0.0.1:0" });
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.UseWebSockets();
        var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.MapGet("/v1/stream", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: one\n\n");
            await context.Response.Body.FlushAsync();
            await next.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await context.Response.WriteAsync("data: two\n\n");
        });
        app.MapGet("/v1/next", () => next.TrySetResult());
        app.MapGet("/_blazor", async (HttpContext context) =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await socket.SendAsync("hello"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Text, true, CancellationToken.None);
            await socket.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        });
        app.MapGet("/framed", (HttpContext context) => context.Response.Headers.ContentSecurityPolicy = "frame-ancestors 'self'");
        app.MapGet("/cookie", (HttpContext context) => context.Response.Cookies.Append("of-a-service", "1", new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict }));
        app.MapPost("/{**any}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            return Results.Ok(body.Length);
        });
        app.MapGet("/{**any}", (HttpContext context) => Results.Json(context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString())));
        var upstream = new Upstream(app);
        upstream.MapEffects(app);
        await app.StartAsync();
        upstream.Address = GatewayHost.AddressOf(app);
        return upstream;
    }

    /// <summary>Routes that must be called once, and routes that never end.</summary>
    private void MapEffects(WebApplication app)
    {
        app.MapPost("/v1/counted", async (HttpContext context) =>
        {
            var number = Interlocked.Increment(ref _counted);
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            context.Response.StatusCode = 201;
            context.Response.ContentType = "text/counted";
            context.Response.Headers.Location = $"/v1/counted/{number}";
            await context.Response.WriteAsync($"{number}:{body}");
        });
        app.MapPost("/v1/held", async (HttpContext context) =>
        {
            var number = Interlocked.Increment(ref _counted);
            _held.TrySetResult();
            await _letGo.Task.WaitAsync(TimeSpan.FromSeconds(30));
            return Results.Ok(number);
        });
        app.MapPost("/v1/fails-once", () => Interlocked.Increment(ref _counted) == 1 ? Results.StatusCode(500) : Results.Ok());
        app.MapPost("/v1/events", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            context.Response.ContentType = "text/event-stream";
            foreach (var data in new[] { Interlocked.Increment(ref _counted).ToString(System.Globalization.CultureInfo.InvariantCulture), body, "[DONE]" })
            {
                await context.Response.WriteAsync($"data: {data}\n\n");
                await context.Response.Body.FlushAsync();
            }
        });
        app.MapMethods("/v1/endless", ["GET", "POST"], async (HttpContext context) =>
        {
            context.RequestAborted.Register(() => _aborted.TrySetResult());
            context.Response.ContentType = "text/event-stream";
            var piece = new byte[16 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            }
        });
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
