using Aigc.Application.Batches.Lines;
using Aigc.Application.OpenAI;
using Aigc.Application.Spending;
using Aigc.Contracts.Inference;
using Aigc.Storage.Documents;

namespace Aigc.Application.Responses;

/// <summary>Lines of <c>/v1/responses</c>. Their responses are stored as others are, under an id that follows from the line.</summary>
internal sealed class ResponseLines(
    ModelDirectory models, ResponseStore store, IDocumentStore<ResponseDocument> responses, LineGenerations generations, Budgets budgets, TimeProvider time) : IBatchEndpoint
{
    public string Route => "/v1/responses";

    public string Input => "input";

    public async Task<LineAnswer> Answer(BatchRequest request, CancellationToken ct)
    {
        var (tenant, asked) = (request.Job.Tenant, Checked(ResponseRequest.Read(request.Body)));
        var model = await models.Resolve(tenant, asked.Wishes.Model, ct);
        var text = asked.Text(await store.Turns(tenant, asked, ct));
        Payers.As(request.Job.Key, request.Job.User);
        var job = await budgets.Reserve(
            request.Id, tenant, model.Model.Name, () => TokenBound.Of(text, model.Model.ContextLength, text.Sampling.MaxTokens, text.Sampling.Answers), ct);
        var begun = time.GetUtcNow();
        var final = await generations.Ask(TextAnswers.Command(request.Id, job, model, text) with { Priority = GenerationPriority.Batch }, ct);
        var answer = TextAnswers.Of(final)[0];
        var told = ResponseLife.Told(new PieceOrder().Rest(0, answer), asked.Wishes.Logprobs);
        var response = ResponseLife.Begin(asked, request.Id, tenant, begun, store.Expiry).Finish(final, told, time.GetUtcNow());
        if (asked.Wishes.Store)
        {
            await responses.Insert(response, ct);
        }

        return new LineAnswer(ResponseShapes.Of(response), new LineUsage(final.PromptTokens, final.CachedPromptTokens, final.CompletionTokens));
    }

    private static ResponseRequest Checked(ResponseRequest request) => request switch
    {
        { Stream: true } => throw RequestBody.Unsupported("stream", "A request in a batch cannot be streamed."),
        { Wishes.Background: true } => throw RequestBody.Unsupported("background", "A request in a batch is in the background already; leave background out."),
        { Wishes.TruncateAuto: true } => throw RequestBody.Unsupported("truncation", "The input of a request in a batch is not shortened; shorten it."),
        _ => request,
    };
}
