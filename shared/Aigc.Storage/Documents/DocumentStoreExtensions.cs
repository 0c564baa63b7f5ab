namespace Aigc.Storage.Documents;

/// <summary>Read-change-write loops over compare-and-swap.</summary>
public static class DocumentStoreExtensions
{
    // A loop that loses this often is a design fault, not bad luck.
    private const int MaxTries = 200;

    /// <summary>Changes a document, again on a fresh copy whenever another writer was faster. Returns what was written.</summary>
    /// <exception cref="KeyNotFoundException">There is no such document.</exception>
    public static async Task<T> Update<T>(this IDocumentStore<T> store, string id, Action<T> change, CancellationToken ct = default)
        where T : class, IDocument =>
        await store.TryUpdate(id, document => { change(document); return true; }, ct)
            ?? throw new KeyNotFoundException($"There is no {typeof(T).Name} '{id}'.");

    /// <summary>As <see cref="Update{T}"/>, but null when there is no such document or <paramref name="change"/> declines by returning false.</summary>
    public static async Task<T?> TryUpdate<T>(this IDocumentStore<T> store, string id, Func<T, bool> change, CancellationToken ct = default)
        where T : class, IDocument
    {
        for (var i = 0; i < MaxTries; i++)
        {
            if (await store.Find(id, ct) is not { } document || !change(document))
            {
                return null;
            }

            if (await store.Replace(document, ct))
            {
                return document;
            }
        }

        throw new InvalidOperationException($"{typeof(T).Name} '{id}' changed {MaxTries} times while one change was being written.");
    }

    /// <summary>Inserts the document, or changes the one that is there.</summary>
    public static async Task<T> Upsert<T>(this IDocumentStore<T> store, string id, Func<T> create, Action<T> change, CancellationToken ct = default)
        where T : class, IDocument
    {
        while (true)
        {
            if (await store.TryUpdate(id, document => { change(document); return true; }, ct) is { } updated)
            {
                return updated;
            }

            var created = create();
            change(created);
            if (await store.Insert(created, ct))
            {
                return created;
            }
        }
    }
}
