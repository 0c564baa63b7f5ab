using Aigc.Application.Batches.Lines;
using Aigc.Application.OpenAI;
using Aigc.Application.Spending;

namespace Aigc.Application.Embeddings;

/// <summary>Lines of <c>/v1/embeddings</c>.</summary>
internal sealed class EmbeddingLines(ModelDirectory models, EmbeddingAnswers answers) : IBatchEndpoint
{
    public string Route => "/v1/embeddings";

    public string Input => "input";

    public async Task<LineAnswer> Answer(BatchRequest request, CancellationToken ct)
    {
        var asked = EmbeddingRequest.Read(request.Body);
        var model = await models.Resolve(request.Job.Tenant, asked.Model, ct);
        Payers.As(request.Job.Key, request.Job.User);
        var vectors = await answers.Ask(request.Id, request.Job.Tenant, model, asked, ct);
        return new LineAnswer(EmbeddingList.Of(asked, vectors), new LineUsage(vectors.Tokens, 0, 0));
    }
}
