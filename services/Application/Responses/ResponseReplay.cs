using System.Runtime.CompilerServices;
using Aigc.Storage.Documents;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Responses;

/// <summary>Tells the events of a stored response from any number on, and goes on live while it is at work: from the store, so that any process can.</summary>
internal sealed class ResponseReplay(
    IDocumentStore<ResponseDocument> responses, ResponsePieces pieces, BackgroundResponses background, TimeProvider time, IOptions<ApplicationOptions> options)
{
    /// <summary>Writes the events after a number; -1 for all.</summary>
    public async Task Write(HttpContext context, ResponseDocument response, int after)
    {
        var ct = context.RequestAborted;
        await ResponseWire.Open(context, ct);
        var told = time.GetTimestamp();
        try
        {
            await foreach (var next in Follow(response, ct))
            {
                if (next.Any(one => one.Number > after))
                {
                    await ResponseWire.Write(context, next.Where(one => one.Number > after), ct);
                }
                else if (time.GetElapsedTime(told) >= options.Value.Heartbeat)
                {
                    await context.Response.WriteAsync(": still here\n\n", ct);
                    await context.Response.Body.FlushAsync(ct);
                }
                else
                {
                    continue;
                }

                told = time.GetTimestamp();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The reader left; the response goes on, and the reader comes back with starting_after or not at all.
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<ResponseEvent>> Follow(ResponseDocument response, [EnumeratorCancellation] CancellationToken ct)
    {
        var events = new ResponseEvents(response);
        yield return [.. events.Created()];
        while (true)
        {
            if (await responses.Find(response.Id, ct) is not { } current)
            {
                yield return [events.Broken("response_deleted", "The response was deleted.")];
                yield break;
            }

            current = await background.Look(current, ct);
            if (current.Ended)
            {
                yield return [.. current.Deltas.Skip(events.Told).ToArray().SelectMany(events.Delta), .. events.Ended(current)];
                yield break;
            }

            var more = await pieces.After(response.Generation, events.Told, ct);
            yield return [.. current.Status == ResponseState.InProgress ? events.Begun() : [], .. more.SelectMany(text => events.Delta(new ResponseDelta(text)))];
            if (more.Count == 0)
            {
                await Task.Delay(options.Value.WatchEvery, time, ct);
            }
        }
    }
}
