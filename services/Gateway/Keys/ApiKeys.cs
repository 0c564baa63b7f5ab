using System.Security.Cryptography;
using System.Text;
using Aigc.Gateway.Routing;
using Aigc.Gateway.Tenants;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Gateway.Keys;

/// <summary>The first key of an installation: its secret, the file it is kept in, and whether it was made just now.</summary>
public sealed record FirstKey(string Secret, string Path, bool Created);

/// <summary>What a new key is to be.</summary>
internal sealed record KeyOrder(string Tenant, string Name, IReadOnlyList<string> Scopes)
{
    public DateTimeOffset? ExpiresAt { get; init; }

    public string? User { get; init; }

    public int? RequestsPerMinute { get; init; }
}

/// <summary>Makes keys and knows them again.</summary>
public sealed class ApiKeys
{
    private static readonly TimeSpan UseGrain = TimeSpan.FromMinutes(1);

    private readonly IDocumentStore<ApiKey> _keys;
    private readonly Known<ApiKey> _byHash;
    private readonly Known<ApiKey> _byId;
    private readonly TimeProvider _time;
    private readonly GatewayOptions _options;

    internal ApiKeys(IDocumentStore<ApiKey> keys, TimeProvider time, IOptions<GatewayOptions> options)
    {
        _keys = keys;
        _byHash = new Known<ApiKey>(Load, time);
        _byId = new Known<ApiKey>(id => keys.Find(id), time);
        _time = time;
        _options = options.Value;
    }

    /// <summary>
    /// Makes the first key, for tenant <c>default</c>, once: it is kept in <c>&lt;dataRoot&gt;/api-key</c>, readable by the owner
    /// alone. Null when the installation has keys and that file is gone: a secret is shown once and cannot be shown again.
    /// </summary>
    public async Task<FirstKey?> EnsureFirst(string dataRoot, CancellationToken ct = default)
    {
        var file = new FirstKeyFile(dataRoot);
        if (await _keys.Count(new DocumentQuery<ApiKey>(), ct) > 0)
        {
            await Readdress(ct);
            return file.Read() is { } kept && await Find(kept, ct) is not null ? new FirstKey(kept, file.Path, Created: false) : null;
        }

        // Filed first, registered second: a crash in between leaves a file that the next start registers, not a key nobody knows.
        var secret = file.ReadOrWrite(_options.FirstKey ?? KeySecret.Create());
        var order = new KeyOrder(Tenant.Installation, "first key", [Scopes.All]);
        // An id that follows from the secret: of several gateways that start at once with the same one, one writes it down.
        var created = await _keys.Insert(Describe(Ids.Create("key", DateTimeOffset.UnixEpoch, KeySecret.HashOf(secret)[..16]), secret, order), ct);
        return new FirstKey(secret, file.Path, created);
    }

    /// <summary>Makes a key. The secret is in the result and nowhere else.</summary>
    internal async Task<(ApiKey Key, string Secret)> Create(KeyOrder order, CancellationToken ct = default)
    {
        var secret = KeySecret.Create();
        var key = Describe(Ids.Create("key", _time.GetUtcNow()), secret, order);
        await _keys.Insert(key, ct);
        return (key, secret);
    }

    /// <summary>The key of a secret, if there is one and it works.</summary>
    internal async ValueTask<ApiKey?> Find(string? secret, CancellationToken ct = default)
    {
        if (!KeySecret.IsWellFormed(secret))
        {
            return null;
        }

        var hash = KeySecret.HashOf(secret!);
        return await _byHash.Find(hash, ct) is { } key && (Same(key.Hash, hash) || (Same(key.OldHash, hash) && key.OldEnds > _time.GetUtcNow()))
            ? await Used(key, ct)
            : null;
    }

    /// <summary>The key of a session, if it still works.</summary>
    internal async ValueTask<ApiKey?> FindById(string id, CancellationToken ct = default) => await _byId.Find(id, ct) is { } key ? await Used(key, ct) : null;

    /// <summary>What changed is known at this process at once; elsewhere within <see cref="Known{T}.Freshness"/>.</summary>
    internal void Forget(ApiKey key)
    {
        _byId.Forget(key.Id);
        _byHash.Forget(key.Hash);
        if (key.OldHash is not null)
        {
            _byHash.Forget(key.OldHash);
        }
    }

    private async ValueTask<ApiKey?> Used(ApiKey key, CancellationToken ct)
    {
        var now = _time.GetUtcNow();
        if (!key.WorksAt(now))
        {
            return null;
        }

        if (!(now - key.LastUsed < UseGrain) && key.ClaimUse())
        {
            await _keys.TryUpdate(key.Id, stored => !(now - stored.LastUsed < UseGrain) && (stored.LastUsed = now) == now, ct);
        }

        return key;
    }

    private async Task<ApiKey?> Load(string hash) =>
        await One(new DocumentQuery<ApiKey>().Where(key => key.Hash, hash)) ?? await One(new DocumentQuery<ApiKey>().Where(key => key.OldHash, hash));

    private async Task<ApiKey?> One(DocumentQuery<ApiKey> query) => await _keys.Query(query.Take(1)) is [var key] ? key : null;

    // Keys that were made when the hash was their id. Each is written under its new id before the old one goes.
    private async Task Readdress(CancellationToken ct)
    {
        foreach (var key in (await _keys.Query(new DocumentQuery<ApiKey>(), ct)).Where(key => Digest.IsValid(key.Id)))
        {
            await _keys.Insert(
                new ApiKey
                {
                    Id = Ids.Create("key", key.CreatedAt, key.Id[..16]),
                    Hash = key.Id,
                    Prefix = key.Prefix,
                    Tenant = key.Tenant,
                    Name = key.Name,
                    Scopes = key.Scopes,
                    CreatedAt = key.CreatedAt,
                    ExpiresAt = key.ExpiresAt,
                    LastUsed = key.LastUsed,
                },
                ct);
            await _keys.Delete(key.Id, ct);
        }
    }

    private static bool Same(string? a, string b) => a is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(a), Encoding.ASCII.GetBytes(b));

    private ApiKey Describe(string id, string secret, KeyOrder order) => new()
    {
        Id = id,
        Hash = KeySecret.HashOf(secret),
        Prefix = KeySecret.PrefixOf(secret),
        Tenant = order.Tenant,
        User = order.User,
        Name = order.Name,
        Scopes = order.Scopes,
        RequestsPerMinute = order.RequestsPerMinute,
        CreatedAt = _time.GetUtcNow(),
        ExpiresAt = order.ExpiresAt,
    };
}
