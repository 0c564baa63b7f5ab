namespace Aigc.Storage.Documents;

/// <summary>
/// One collection of documents. Asks of a database what every MongoDB and SQLite can do: insert, compare-and-swap on one document,
/// delete, and queries over indexed properties. No transactions: whatever spans documents is a saga.
/// </summary>
public interface IDocumentStore<T>
    where T : class, IDocument
{
    /// <summary>The document, or null.</summary>
    Task<T?> Find(string id, CancellationToken ct = default);

    /// <summary>False when the id exists; then nothing was written.</summary>
    Task<bool> Insert(T document, CancellationToken ct = default);

    /// <summary>Writes the document if the stored one still has its <see cref="IDocument.Version"/>, which then grows by one; false otherwise.</summary>
    Task<bool> Replace(T document, CancellationToken ct = default);

    /// <summary>False when there was none.</summary>
    Task<bool> Delete(string id, CancellationToken ct = default);

    /// <summary>The documents that meet every condition.</summary>
    Task<IReadOnlyList<T>> Query(DocumentQuery<T> query, CancellationToken ct = default);

    /// <summary>How many documents meet every condition, paging aside.</summary>
    Task<long> Count(DocumentQuery<T> query, CancellationToken ct = default);
}
