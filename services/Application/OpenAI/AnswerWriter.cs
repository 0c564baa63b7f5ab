using System.Text.Json;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aigc.Application.OpenAI;

/// <summary>Writes an answer to the client, whole or as it comes.</summary>
internal sealed class AnswerWriter(TextAnswers answers, ModelDirectory models, TimeProvider time)
{
    public async Task Answer(HttpContext context, TextRequest request, bool chat)
    {
        var ct = context.RequestAborted;
        try
        {
            var model = await models.Resolve(context.Tenant(), request.Model, ct);
            var form = AnswerForm.Of(chat, request, model, time.GetUtcNow());
            var pieces = answers.Ask(context.Tenant(), model, request, ct);
            await (request.Stream ? Stream(context, request, form, pieces, ct) : Whole(context, form, pieces, ct));
        }
        catch (ProblemException refused) when (!context.Response.HasStarted)
        {
            await Refusals.Write(context, refused.Problem, chat ? "messages" : "prompt");
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The client left. The answer was abandoned when its enumeration was.
        }
    }

    private static async Task Whole(HttpContext context, AnswerForm form, IAsyncEnumerable<AnswerPiece> pieces, CancellationToken ct)
    {
        await foreach (var piece in pieces.WithCancellation(ct))
        {
            if (piece.Final is { } final)
            {
                await context.Response.WriteAsJsonAsync(form.Whole(final), OpenAIJson.Options, ct);
            }
        }
    }

    // Nothing is written before the first piece is here, so that whatever goes wrong until then has its proper status.
    private static async Task Stream(HttpContext context, TextRequest request, AnswerForm form, IAsyncEnumerable<AnswerPiece> pieces, CancellationToken ct)
    {
        try
        {
            await foreach (var piece in pieces.WithCancellation(ct))
            {
                if (!context.Response.HasStarted)
                {
                    await Open(context, request, form, ct);
                }

                foreach (var chunk in piece.IsEmpty ? [] : form.Pieces(piece))
                {
                    await Write(context, chunk, ct);
                }

                if (piece.Final is { } final)
                {
                    foreach (var (index, answer) in TextAnswers.Of(final).Index())
                    {
                        await Write(context, form.Last(index, answer.FinishReason), ct);
                    }

                    if (request.IncludeUsage)
                    {
                        await Write(context, form.Usage(final), ct);
                    }

                    await context.Response.WriteAsync("data: [DONE]\n\n", ct);
                }

                await context.Response.Body.FlushAsync(ct);
            }
        }
        catch (ProblemException refused) when (context.Response.HasStarted)
        {
            var error = new { message = refused.Problem.Message, type = refused.Problem.Transient ? "server_error" : "invalid_request_error", param = refused.Problem.Param, code = refused.Problem.Code };
            await Write(context, new { error }, ct);
            await context.Response.Body.FlushAsync(ct);
        }
    }

    private static async Task Open(HttpContext context, TextRequest request, AnswerForm form, CancellationToken ct)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await context.Response.StartAsync(ct);
        for (var answer = 0; answer < request.Sampling.Answers; answer++)
        {
            if (form.First(answer) is { } first)
            {
                await Write(context, first, ct);
            }
        }
    }

    private static Task Write(HttpContext context, object chunk, CancellationToken ct) =>
        context.Response.WriteAsync($"data: {JsonSerializer.Serialize(chunk, chunk.GetType(), OpenAIJson.Options)}\n\n", ct);
}
