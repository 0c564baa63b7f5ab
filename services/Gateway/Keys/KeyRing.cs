using Aigc.Storage.Documents;

namespace Aigc.Gateway.Keys;

/// <summary>Looks after the keys of a tenant: shows them, replaces their secrets, ends them.</summary>
internal sealed class KeyRing(IDocumentStore<ApiKey> keys, ApiKeys known, TimeProvider time)
{
    /// <summary>Keys by when they were made, from the given one on.</summary>
    public Task<IReadOnlyList<ApiKey>> List(string tenant, string? from, int take, CancellationToken ct)
    {
        var query = new DocumentQuery<ApiKey>().Where(key => key.Tenant, tenant).OrderBy(key => key.Id).Take(take);
        return keys.Query(from is null ? query : query.AtLeast(key => key.Id, from), ct);
    }

    public Task<ApiKey?> Find(string id, CancellationToken ct) => keys.Find(id, ct);

    /// <summary>
    /// A new secret for the key; the one it had works on for the grace period, the one before that no longer. Null when the key does
    /// not work, or somebody else was faster: their secret must not become the old one unseen.
    /// </summary>
    public async Task<(ApiKey Key, string Secret)?> Rotate(ApiKey seen, TimeSpan grace, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var secret = KeySecret.Create();
        var changed = await keys.TryUpdate(
            seen.Id,
            key =>
            {
                if (key.Hash != seen.Hash || !key.WorksAt(now))
                {
                    return false;
                }

                (key.OldHash, key.OldEnds) = (key.Hash, now + grace);
                (key.Hash, key.Prefix) = (KeySecret.HashOf(secret), KeySecret.PrefixOf(secret));
                return true;
            },
            ct);
        known.Forget(seen);
        return changed is null ? null : (changed, secret);
    }

    /// <summary>Ends the key, and with it the secret it had before.</summary>
    public async Task<ApiKey> Revoke(ApiKey seen, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var revoked = await keys.Update(seen.Id, key => key.RevokedAt ??= now, ct);
        known.Forget(revoked);
        return revoked;
    }
}
