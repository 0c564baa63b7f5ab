using Aigc.Storage.Documents;

namespace Aigc.Storage.Sagas;

/// <summary>
/// What the repository works on: the saga's documents and a lock per instance. The lock lets events of one instance queue up inside
/// a process instead of losing compare-and-swaps against each other; between processes the compare-and-swap decides.
/// </summary>
internal sealed class SagaStore<TSaga>(IDocumentStore<TSaga> documents)
    where TSaga : class, IDocument
{
    private readonly SemaphoreSlim[] _stripes = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    public IDocumentStore<TSaga> Documents => documents;

    public SemaphoreSlim LockOf(Guid id) => _stripes[(uint)id.GetHashCode() % (uint)_stripes.Length];
}
