using System.Security.Cryptography;
using System.Text;
using Aigc.Gateway.Routing;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Gateway.Keys;

/// <summary>The first key of an installation: its secret, the file it is kept in, and whether it was made just now.</summary>
public sealed record FirstKey(string Secret, string Path, bool Created);

/// <summary>Makes keys and knows them again.</summary>
public sealed class ApiKeys
{
    private static readonly TimeSpan UseGrain = TimeSpan.FromHours(1);

    private readonly IDocumentStore<ApiKey> _keys;
    private readonly TimeProvider _time;
    private readonly GatewayOptions _options;

    internal ApiKeys(IDocumentStore<ApiKey> keys, TimeProvider time, IOptions<GatewayOptions> options)
    {
        _keys = keys;
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
            return file.Read() is { } kept && await Find(kept, ct) is not null ? new FirstKey(kept, file.Path, Created: false) : null;
        }

        // Filed first, registered second: a crash in between leaves a file that the next start registers, not a key nobody knows.
        var secret = file.ReadOrWrite(_options.FirstKey ?? KeySecret.Create());
        var created = await _keys.Insert(Describe(secret, "default", "first key", [Scopes.All], expiresAt: null), ct);
        return new FirstKey(secret, file.Path, created);
    }

    /// <summary>Makes a key. The secret is in the result and nowhere else.</summary>
    internal async Task<string> Create(string tenant, string name, IReadOnlyList<string> scopes, DateTimeOffset? expiresAt = null, CancellationToken ct = default)
    {
        var secret = KeySecret.Create();
        await _keys.Insert(Describe(secret, tenant, name, scopes, expiresAt), ct);
        return secret;
    }

    /// <summary>The key of a secret, if there is one and it has not expired.</summary>
    internal Task<ApiKey?> Find(string? secret, CancellationToken ct = default) =>
        KeySecret.IsWellFormed(secret) ? FindByHash(KeySecret.HashOf(secret!), ct) : Task.FromResult<ApiKey?>(null);

    /// <summary>The key of a session, if it still works.</summary>
    internal async Task<ApiKey?> FindByHash(string hash, CancellationToken ct = default)
    {
        var now = _time.GetUtcNow();
        if (await _keys.Find(hash, ct) is not { } key || !Same(key.Id, hash) || key.ExpiresAt <= now)
        {
            return null;
        }

        if (key.LastUsed is not { } used || now - used >= UseGrain)
        {
            await _keys.TryUpdate(key.Id, stored => { stored.LastUsed = now; return true; }, ct);
        }

        return key;
    }

    private static bool Same(string a, string b) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(a), Encoding.ASCII.GetBytes(b));

    private ApiKey Describe(string secret, string tenant, string name, IReadOnlyList<string> scopes, DateTimeOffset? expiresAt) => new()
    {
        Id = KeySecret.HashOf(secret),
        Prefix = KeySecret.PrefixOf(secret),
        Tenant = tenant,
        Name = name,
        Scopes = scopes,
        CreatedAt = _time.GetUtcNow(),
        ExpiresAt = expiresAt,
    };
}
