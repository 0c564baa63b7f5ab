using System.Text.Json;
using Aigc.Storage.Documents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Jobs;

/// <summary>A job's log as server-sent events. <c>id</c> is the number in the root's log; <c>Last-Event-ID</c> goes on after it.</summary>
internal sealed class JobStream(JobWatch watch, TimeProvider time, IOptions<ApplicationOptions> options)
{
    public async Task Write(HttpContext context, JobDocument job)
    {
        var ct = context.RequestAborted;
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await context.Response.WriteAsync("retry: 1000\n\n", ct);
        await context.Response.Body.FlushAsync(ct);
        var told = time.GetTimestamp();
        try
        {
            await foreach (var entry in watch.Follow(job, After(context), ct))
            {
                if (entry is not null)
                {
                    await context.Response.WriteAsync($"id: {entry.Number}\nevent: {entry.Type}\ndata: {Data(entry)}\n\n", ct);
                }
                else if (time.GetElapsedTime(told) >= options.Value.Heartbeat)
                {
                    await context.Response.WriteAsync(": still here\n\n", ct);
                }
                else
                {
                    await context.Response.Body.FlushAsync(ct);
                    continue;
                }

                told = time.GetTimestamp();
            }

            await context.Response.Body.FlushAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The reader left; it comes back with Last-Event-ID or not at all.
        }
    }

    private static long After(HttpContext context) =>
        long.TryParse(context.Request.Headers["Last-Event-ID"].ToString(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string Data(JobEvent entry) => JsonSerializer.Serialize(
        entry.Change is { } change
            ? new { entry.JobId, entry.ParentId, entry.At, change.Kind, change.Status, change.Stage, change.Title, change.Error, change.Result, change.Sequence }
            : (object)new { entry.JobId, entry.ParentId, entry.At, entry.Progress!.Stage, entry.Progress.Done, entry.Progress.Total, entry.Progress.Unit, entry.Progress.Facts },
        DocumentJson.Options);
}
