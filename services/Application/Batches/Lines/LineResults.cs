using System.Runtime.CompilerServices;
using Aigc.Storage.Documents;

namespace Aigc.Application.Batches.Lines;

/// <summary>Results by batch and line.</summary>
internal sealed class LineResults(IDocumentStore<LineResult> results)
{
    private const int Page = 500;
    private const int DeletedAtOnce = 32;

    /// <summary>Keeps a result. False when the line has one; then that one stays.</summary>
    public Task<bool> Keep(LineResult result, CancellationToken ct) => results.Insert(result, ct);

    /// <summary>Every result of a batch, in the order of its lines.</summary>
    public async IAsyncEnumerable<LineResult> Of(Guid batch, [EnumeratorCancellation] CancellationToken ct)
    {
        var (from, to) = (LineResult.IdOf(batch, 0), LineResult.IdOf(batch, 999_999_999));
        while (true)
        {
            var page = await results.Query(new DocumentQuery<LineResult>().AtLeast(r => r.Id, from).AtMost(r => r.Id, to).OrderBy(r => r.Id).Take(Page), ct);
            foreach (var result in page)
            {
                yield return result;
            }

            if (page.Count < Page)
            {
                yield break;
            }

            from = LineResult.IdOf(batch, page[^1].Line + 1);
        }
    }

    /// <summary>Forgets the results of a batch.</summary>
    public Task Forget(Guid batch, CancellationToken ct) => Parallel.ForEachAsync(
        Of(batch, ct),
        new ParallelOptions { MaxDegreeOfParallelism = DeletedAtOnce, CancellationToken = ct },
        async (result, token) => await results.Delete(result.Id, token));

    /// <summary>Forgets what came too late to be written.</summary>
    public async Task Sweep(DateTimeOffset now, CancellationToken ct)
    {
        while (await results.Query(new DocumentQuery<LineResult>().AtMost(r => r.ExpiresAt, now).Take(Page), ct) is { Count: > 0 } late)
        {
            foreach (var result in late)
            {
                await results.Delete(result.Id, ct);
            }
        }
    }
}
