using Aigc.Application.OpenAI;
using Aigc.Application.Spending;
using Aigc.Contracts.Inference;

namespace Aigc.Application.Batches.Lines;

/// <summary>Lines of <c>/v1/chat/completions</c> and <c>/v1/completions</c>.</summary>
internal sealed class TextLines(bool chat, ModelDirectory models, LineGenerations generations, Budgets budgets, TimeProvider time) : IBatchEndpoint
{
    public string Route => chat ? "/v1/chat/completions" : "/v1/completions";

    public string Input => chat ? "messages" : "prompt";

    public async Task<LineAnswer> Answer(BatchRequest request, CancellationToken ct)
    {
        var asked = chat ? TextRequest.Chat(request.Body) : TextRequest.Completion(request.Body);
        if (asked.Stream)
        {
            throw RequestBody.Unsupported("stream", "A request in a batch cannot be streamed.");
        }

        var model = await models.Resolve(request.Job.Tenant, asked.Model, ct);
        Payers.As(request.Job.Key, request.Job.User);
        var job = await budgets.Reserve(
            request.Id, request.Job.Tenant, model.Model.Name, () => TokenBound.Of(asked, model.Model.ContextLength, asked.Sampling.MaxTokens, asked.Sampling.Answers), ct);
        var command = TextAnswers.Command(request.Id, job, model, asked) with { Priority = GenerationPriority.Batch };
        var final = await generations.Ask(command, ct);
        var form = AnswerForm.Of(chat, asked, model, time.GetUtcNow());
        return new LineAnswer(form.Whole(final), new LineUsage(final.PromptTokens, final.CachedPromptTokens, final.CompletionTokens));
    }
}
