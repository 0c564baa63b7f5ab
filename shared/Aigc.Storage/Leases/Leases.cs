using Aigc.Storage.Documents;

namespace Aigc.Storage.Leases;

/// <summary>
/// Leases by compare-and-swap on the document they protect: acquiring, renewing and finishing are writes of that document, so a
/// holder whose lease was taken over cannot write it any more (its version moved on).
/// </summary>
public sealed class Leases<T>(IDocumentStore<T> documents, TimeProvider time)
    where T : class, ILeased
{
    /// <summary>Takes the lease if it is free or ran out; null when somebody holds it, it is gone, or <paramref name="change"/> declines.</summary>
    public Task<T?> Acquire(string id, string owner, TimeSpan duration, Func<T, bool>? change = null, CancellationToken ct = default) =>
        documents.TryUpdate(
            id,
            document =>
            {
                var now = time.GetUtcNow();
                if (document.Lease is { } held && held.Until > now && held.Owner != owner)
                {
                    return false;
                }

                document.Lease = new Lease { Owner = owner, Token = (document.Lease?.Token ?? 0) + 1, Until = now + duration };
                return change is null || change(document);
            },
            ct);

    /// <summary>Prolongs a lease, or changes the document under it; null when it was taken over: then the work must stop.</summary>
    public Task<T?> Renew(string id, long token, TimeSpan duration, Func<T, bool>? change = null, CancellationToken ct = default) =>
        documents.TryUpdate(
            id,
            document =>
            {
                if (document.Lease?.Token != token)
                {
                    return false;
                }

                document.Lease = document.Lease with { Until = time.GetUtcNow() + duration };
                return change is null || change(document);
            },
            ct);

    /// <summary>Gives the lease back, with a last change under it; null when it was taken over, and then nothing is written.</summary>
    public Task<T?> Release(string id, long token, Action<T>? change = null, CancellationToken ct = default) =>
        Renew(id, token, TimeSpan.Zero, document => { change?.Invoke(document); return true; }, ct);
}
