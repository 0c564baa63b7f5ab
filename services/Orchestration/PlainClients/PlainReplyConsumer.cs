using System.Text.Json;
using Aigc.Contracts;
using Aigc.Contracts.Orchestration;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Orchestration.PlainClients;

/// <summary>Sends a plain answer to whoever asked plainly. A failed send is retried, then found in the error queue: no answer is dropped.</summary>
internal sealed class PlainReplyConsumer(IDocumentStore<PlainRequestDocument> requests, IPlainReplies replies)
    : IConsumer<GenerationFinished>, IConsumer<GenerationFailed>
{
    public Task Consume(ConsumeContext<GenerationFinished> context) => Reply(context.Message.GenerationId, PlainAnswers.Of(context.Message), context.CancellationToken);

    public Task Consume(ConsumeContext<GenerationFailed> context) => Reply(context.Message.GenerationId, PlainAnswers.Of(context.Message.Problem), context.CancellationToken);

    private async Task Reply(Guid generation, byte[] body, CancellationToken ct)
    {
        // Sent first, forgotten second: a crash in between repeats the answer, and the correlation id tells the client it has it.
        if (await requests.Find(generation.ToString(), ct) is { } request)
        {
            await replies.Send(request.ReplyTo, request.CorrelationId, body, ct);
            await requests.Delete(request.Id, ct);
        }
    }
}

/// <summary>Plain JSON answers.</summary>
internal static class PlainAnswers
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static byte[] Of(GenerationFinished finished) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            Id = finished.GenerationId,
            Status = "succeeded",
            finished.Text,
            finished.FinishReason,
            Usage = new { finished.PromptTokens, finished.CompletionTokens, TotalTokens = finished.PromptTokens + finished.CompletionTokens },
            finished.ModelDigest,
            ContentDigest = finished.Content.Digest,
        },
        Json);

    public static byte[] Of(Problem problem) => JsonSerializer.SerializeToUtf8Bytes(
        new { Status = "failed", Error = new { problem.Message, Type = "invalid_request_error", problem.Param, problem.Code } },
        Json);
}

/// <summary>The way back to plain clients.</summary>
internal interface IPlainReplies
{
    /// <summary>Sends to a queue of the client's; completes when the broker has it.</summary>
    Task Send(string replyTo, string? correlationId, byte[] body, CancellationToken ct);
}
