using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aigc.Application.Tests.Webhooks;

/// <summary>What a receiver was sent.</summary>
internal sealed record Call(string Id, string Timestamp, string Signature, string Body);

/// <summary>Somebody's endpoint, on this machine; answers call by call.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    public ConcurrentQueue<Call> Calls { get; } = new();

    public string Url => $"{_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}/hook";

    public static async Task<Receiver> Start(Func<int, int>? answer = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0")]);
        var receiver = new Receiver(builder.Build());
        receiver._app.MapPost("/hook", async (HttpContext http) =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var headers = http.Request.Headers;
            var body = await reader.ReadToEndAsync();
            lock (receiver.Calls)
            {
                http.Response.StatusCode = answer?.Invoke(receiver.Calls.Count) ?? 204;
                receiver.Calls.Enqueue(new(headers["webhook-id"]!, headers["webhook-timestamp"]!, headers["webhook-signature"]!, body));
            }

            http.Response.Headers.Location = "/elsewhere";
        });
        receiver._app.MapPost("/elsewhere", () => receiver.Calls.Enqueue(new("redirected", "", "", "")));
        await receiver._app.StartAsync();
        return receiver;
    }

    public Task<Call[]> Gets(int count) => ApplicationHost.Until<Call[]>(() => Task.FromResult(Calls.Count >= count ? Calls.ToArray() : null));

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
