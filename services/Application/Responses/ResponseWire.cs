using System.Text.Json;
using Aigc.Application.OpenAI;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aigc.Application.Responses;

/// <summary>Responses and their events on the wire.</summary>
internal static class ResponseWire
{
    public static Task Whole(HttpContext context, ResponseDocument response, CancellationToken ct) => context.Response.WriteAsJsonAsync(ResponseShapes.Of(response), OpenAIJson.Options, ct);

    public static async Task Open(HttpContext context, CancellationToken ct)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await context.Response.StartAsync(ct);
    }

    public static async Task Write(HttpContext context, IEnumerable<ResponseEvent> events, CancellationToken ct)
    {
        foreach (var told in events)
        {
            await context.Response.WriteAsync($"event: {told.Type}\ndata: {JsonSerializer.Serialize(told.Body, told.Body.GetType(), OpenAIJson.Options)}\n\n", ct);
        }

        await context.Response.Body.FlushAsync(ct);
    }
}
