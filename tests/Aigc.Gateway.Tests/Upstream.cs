using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aigc.Gateway.Tests;

/// <summary>A service behind the gateway: answers with the headers it was shown, counts bodies, streams on demand.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Upstream(WebApplication app)
    {
        _app = app;
        Address = GatewayHost.AddressOf(app);
    }

    public Uri Address { get; }

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
        app.MapPost("/{**any}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            return Results.Ok(body.Length);
        });
        app.MapGet("/{**any}", (HttpContext context) => Results.Json(context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString())));
        await app.StartAsync();
        return new Upstream(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
