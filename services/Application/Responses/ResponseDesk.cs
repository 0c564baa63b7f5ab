using Aigc.Application.OpenAI;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;
using Microsoft.AspNetCore.Http;

namespace Aigc.Application.Responses;

/// <summary>Makes responses: with the client waiting, or in the background.</summary>
internal sealed class ResponseDesk(
    IDocumentStore<ResponseDocument> responses, ResponseStore store, ModelDirectory models, TextAnswers answers, BackgroundResponses background, ResponseReplay replay, TimeProvider time)
{
    public async Task Create(HttpContext context, ResponseRequest request)
    {
        var (tenant, ct) = (context.Tenant(), context.RequestAborted);
        var model = await models.Resolve(tenant, request.Wishes.Model, ct);
        var turns = await store.Turns(tenant, request, ct);
        var response = ResponseLife.Begin(request, Guid.NewGuid(), tenant, time.GetUtcNow(), store.Expiry);
        if (!request.Wishes.Background)
        {
            await Answer(context, request, response, Ask(tenant, model, request, turns, ct), ct);
            return;
        }

        await background.Accept(response, request, turns, ct);
        await (request.Stream ? replay.Write(context, response, after: -1) : ResponseWire.Whole(context, response, ct));
    }

    private IAsyncEnumerable<AnswerPiece> Ask(string tenant, RegisteredModel model, ResponseRequest request, IReadOnlyList<ChatTurn> turns, CancellationToken ct)
    {
        var asked = request.Text(turns);
        return request.Wishes.TruncateAuto
            ? Shortening.Ask(turns, shorter => answers.Ask(tenant, model, asked with { Messages = shorter }, ct), ct)
            : answers.Ask(tenant, model, asked, ct);
    }

    private async Task Answer(HttpContext context, ResponseRequest request, ResponseDocument response, IAsyncEnumerable<AnswerPiece> pieces, CancellationToken ct)
    {
        var events = new ResponseEvents(response);
        var told = new List<ResponseDelta>();
        try
        {
            await foreach (var piece in pieces.WithCancellation(ct))
            {
                // Nothing is written before the first piece is here: whatever goes wrong until then has its proper status.
                if (request.Stream && !context.Response.HasStarted)
                {
                    await ResponseWire.Open(context, ct);
                    await ResponseWire.Write(context, events.Created().Concat(events.Begun()), ct);
                }

                foreach (var delta in ResponseLife.Told(piece, request.Wishes.Logprobs))
                {
                    told.Add(delta);
                    await (request.Stream ? ResponseWire.Write(context, events.Delta(delta), ct) : Task.CompletedTask);
                }

                if (piece.Final is { } final)
                {
                    await End(context, request, response.Finish(final, told, time.GetUtcNow()), events, ct);
                }
            }
        }
        catch (ProblemException failed) when (context.Response.HasStarted)
        {
            response.Fault = ResponseEnds.FaultOf(failed.Problem);
            await End(context, request, response.Break(ResponseState.Failed, told, time.GetUtcNow()), events, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The client left, which is how one that holds the connection cancels. It knows the id if anything was told.
            if (told.Count > 0 && request.Stream)
            {
                await Store(response.Break(ResponseState.Cancelled, told, time.GetUtcNow()), CancellationToken.None);
            }
        }
    }

    private async Task End(HttpContext context, ResponseRequest request, ResponseDocument response, ResponseEvents events, CancellationToken ct)
    {
        // Stored before it is told: whoever goes on from it finds it.
        await Store(response, ct);
        await (request.Stream ? ResponseWire.Write(context, events.Ended(response), ct) : ResponseWire.Whole(context, response, ct));
    }

    private Task Store(ResponseDocument response, CancellationToken ct) => response.Wishes.Store ? responses.Insert(response, ct) : Task.CompletedTask;
}
