using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Aigc.Application.Spending;
using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.Application.OpenAI;

/// <summary>A piece of an answer, or the end of all.</summary>
/// <param name="Answer">Which of the answers.</param>
/// <param name="Text">Text to add; may be empty.</param>
/// <param name="LogProbabilities">Of its tokens, where asked for.</param>
/// <param name="Final">The finished answers, with the last piece only.</param>
internal sealed record AnswerPiece(int Answer, string Text, IReadOnlyList<TokenLogProbability> LogProbabilities, TextGenerated? Final = null)
{
    /// <summary>Pieces of calls; they come after the text.</summary>
    public IReadOnlyList<ToolCallPiece> ToolCalls { get; init; } = [];

    /// <summary>There is text to tell, or tokens of one.</summary>
    public bool HasText => Text.Length > 0 || LogProbabilities.Count > 0;

    /// <summary>Nothing to tell.</summary>
    public bool IsEmpty => !HasText && ToolCalls.Count == 0;
}

/// <summary>The short way to an answer: straight to the model's queue, and straight back to this process.</summary>
internal sealed class TextAnswers(AnswerDesk desk, Budgets budgets, ICommands commands, IBus bus, TimeProvider time, IOptions<ApplicationOptions> options)
{
    /// <summary>
    /// The answer as it comes. The pieces, joined, are the final text: whatever was lost on the way is in the last piece. Leaving the
    /// enumeration early frees the worker's slot.
    /// </summary>
    /// <exception cref="ProblemException">The worker's problem, or <c>service_unavailable</c> when nothing is heard in time.</exception>
    public async IAsyncEnumerable<AnswerPiece> Ask(string tenant, RegisteredModel model, TextRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        if (desk.Open >= options.Value.MaxOpenAnswers)
        {
            throw Unavailable("Too many answers are being waited for; try again in a moment.");
        }

        var id = Guid.NewGuid();
        var address = desk.Address ?? throw Unavailable("The bus is not connected yet; try again.");
        var job = await budgets.Reserve(
            id, tenant, model.Model.Name, () => TokenBound.Of(request, model.Model.ContextLength, request.Sampling.MaxTokens, request.Sampling.Answers), ct);
        var incoming = desk.Expect(id);
        var finished = false;
        try
        {
            await commands.Send(InferenceQueues.Text(model.Model.Pool), Command(id, job, model, request) with { StreamTo = address }, ct);
            var orders = new PieceOrder[request.Sampling.Answers];
            foreach (ref var order in orders.AsSpan())
            {
                order = new PieceOrder();
            }

            while (!finished)
            {
                foreach (var piece in await Next(incoming, ct) switch
                {
                    TextStreamed streamed => streamed.Answer >= 0 && streamed.Answer < orders.Length ? [orders[streamed.Answer].Take(streamed)] : [],
                    TextGenerated final => Rest(orders, final),
                    var failed => throw Ended((TextGenerationFailed)failed, out finished),
                })
                {
                    finished |= piece.Final is not null;
                    if (piece.Final is not null || !piece.IsEmpty)
                    {
                        yield return piece;
                    }
                }
            }
        }
        finally
        {
            desk.Forget(id);
            if (!finished)
            {
                // Not bound to the request: the client is gone, and that is the news.
                await bus.Publish(new GenerationAbandoned { GenerationId = id }, CancellationToken.None);
            }
        }
    }

    /// <summary>The command a request becomes.</summary>
    public static GenerateText Command(Guid id, JobLink job, RegisteredModel model, TextRequest request) => new()
    {
        GenerationId = id,
        Job = job,
        Model = model.Model,
        Prompt = request.Prompt,
        Messages = request.Messages,
        Tools = request.Tools,
        ToolChoice = request.ToolChoice,
        Sampling = request.Sampling,
    };

    /// <summary>All answers of a generation, in their order.</summary>
    public static IReadOnlyList<TextAnswer> Of(TextGenerated final) =>
        final.Answers.Count > 0 ? final.Answers : [new TextAnswer { Text = final.Text, FinishReason = final.FinishReason }];

    private static AnswerPiece[] Rest(PieceOrder[] orders, TextGenerated final) =>
    [
        .. Of(final).Take(orders.Length).Select((answer, index) => orders[index].Rest(index, answer)),
        new AnswerPiece(0, "", [], final),
    ];

    private static ProblemException Ended(TextGenerationFailed failed, out bool finished)
    {
        finished = true;
        return new ProblemException(failed.Problem);
    }

    private static ProblemException Unavailable(string message) => new(new Problem { Code = "service_unavailable", Message = message, Transient = true });

    private async Task<object> Next(ChannelReader<object> incoming, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(options.Value.AnswerTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            return await incoming.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Unavailable("No worker answered in time; try again.");
        }
    }

}
