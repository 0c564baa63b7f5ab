using Aigc.Application.Batches.Lines;
using Aigc.Application.OpenAI;
using Aigc.Application.Pools;
using Aigc.Application.Spending;

namespace Aigc.Application.Embeddings;

/// <summary>Lines of <c>/v1/embeddings</c>.</summary>
internal sealed class EmbeddingLines(ModelDirectory models, PooledAnswers answers) : IBatchEndpoint
{
    public string Route => "/v1/embeddings";

    public string Input => "input";

    public async Task<LineAnswer> Answer(BatchRequest request, CancellationToken ct)
    {
        var asked = EmbeddingRequest.Read(request.Body);
        var model = await models.Resolve(request.Job.Tenant, asked.Model, ct);
        Payers.As(request.Job.Key, request.Job.User);
        var vectors = Vectors.Of(await answers.Ask(request.Id, request.Job.Tenant, new EmbeddingWork(model, asked), ct));
        return new LineAnswer(EmbeddingList.Of(asked, vectors), new LineUsage(vectors.Tokens, 0, 0));
    }
}
