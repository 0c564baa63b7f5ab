using Aigc.Contracts.Inference;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Inference.Generations;

/// <summary>
/// Answers of durable generations by id. Delivery is at least once: without them a repeated command would cost a second generation and,
/// unseeded, give a second text. Interactive ones are not kept: their requester is gone when the request is, and a conversation
/// should not outlive it in a worker's store.
/// </summary>
internal sealed class DurableResults(IDocumentStore<GenerationResultDocument> documents, IOptions<InferenceOptions> options, TimeProvider time)
{
    private const int SweepBatch = 100;

    /// <summary>The stored answer, or null.</summary>
    public async Task<TextGenerated?> Find(Guid generation, CancellationToken ct) => (await documents.Find(generation.ToString("N"), ct))?.Answer;

    /// <summary>Stores the answer; the one that was first stays, and is returned.</summary>
    public async Task<TextGenerated> Keep(TextGenerated answer, CancellationToken ct)
    {
        var document = new GenerationResultDocument
        {
            Id = answer.GenerationId.ToString("N"),
            Answer = answer,
            Expires = time.GetUtcNow() + options.Value.ResultRetention,
        };
        return await documents.Insert(document, ct) ? answer : await Find(answer.GenerationId, ct) ?? answer;
    }

    /// <summary>Forgets what has expired. Returns how many.</summary>
    public async Task<int> Sweep(CancellationToken ct)
    {
        var forgotten = 0;
        while (true)
        {
            var expired = await documents.Query(new DocumentQuery<GenerationResultDocument>().AtMost(result => result.Expires, time.GetUtcNow()).Take(SweepBatch), ct);
            foreach (var document in expired)
                forgotten += await documents.Delete(document.Id, ct) ? 1 : 0;
            if (expired.Count < SweepBatch)
                return forgotten;
        }
    }
}
