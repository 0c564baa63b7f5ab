using Aigc.Gateway.Keys;
using Aigc.Gateway.Routing;
using Aigc.Gateway.Tenants;
using Aigc.Gateway.Users;

namespace Aigc.Gateway.Access;

/// <summary>Who a request is from: a key, or a person in a session, or a person's key.</summary>
internal sealed record Caller
{
    public required string Tenant { get; init; }

    /// <summary>Id of the key; null for a person who signed in with an account.</summary>
    public string? Key { get; init; }

    /// <summary>Id of the person; null for a key of the tenant.</summary>
    public string? User { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required bool BySession { get; init; }

    /// <summary>Requests a minute of the key and of the tenant, where they have limits of their own.</summary>
    public int? KeyRequests { get; init; }

    public int? TenantRequests { get; init; }

    /// <summary>The same for every request of this caller, and different for every other.</summary>
    public string Identity => Key ?? User!;

    public bool May(string scope) => Routing.Scopes.Open(Scopes, scope);
}

/// <summary>What a request shows of who it is from: a bearer secret (empty for one that is no such thing), or else a session.</summary>
internal readonly record struct Credential(string? Secret, Session Session);

/// <summary>Finds out who a request is from.</summary>
internal sealed class Callers(ApiKeys keys, UserBook users, TenantBook tenants, Sessions sessions)
{
    private const string Bearer = "Bearer ";

    /// <summary>A key that is shown is taken at its word: a wrong one is not replaced by a session that happens to be there.</summary>
    public Credential Shown(HttpRequest request) => request.Headers.Authorization.ToString() switch
    {
        "" => new Credential(null, sessions.Of(request)),
        var shown when shown.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) => new Credential(shown[Bearer.Length..].Trim(), default),
        _ => new Credential("", default),
    };

    /// <summary>Null for nobody.</summary>
    public async ValueTask<Caller?> Identify(Credential shown, CancellationToken ct) => shown switch
    {
        { Secret: { } secret } => await keys.Find(secret, ct) is { } key ? await Of(key, bySession: false, ct) : null,
        { Session.Key: { } id } => await keys.FindById(id, ct) is { } key ? await Of(key, bySession: true, ct) : null,
        { Session: { User: { } id, Stamp: var stamp } } => await users.Known(id, ct) is { Disabled: false } user && user.Stamp == stamp ? await Of(user, ct) : null,
        _ => null,
    };

    /// <summary>Whom a key makes of who shows it; null when its person or its tenant is no more.</summary>
    public async ValueTask<Caller?> Of(ApiKey key, bool bySession, CancellationToken ct)
    {
        var scopes = key.Scopes;
        if (key.User is not null)
        {
            if (await users.Known(key.User, ct) is not { Disabled: false } user || user.Tenant != key.Tenant)
            {
                return null;
            }

            scopes = Scopes.Both(scopes, Roles.ScopesOf(user.Role));
        }

        var tenant = await tenants.Known(key.Tenant, ct);
        return tenant is { Closed: true } ? null : new Caller
        {
            Tenant = key.Tenant,
            Key = key.Id,
            User = key.User,
            Scopes = scopes,
            BySession = bySession,
            KeyRequests = key.RequestsPerMinute,
            TenantRequests = tenant?.RequestsPerMinute,
        };
    }

    private async ValueTask<Caller?> Of(User user, CancellationToken ct)
    {
        var tenant = await tenants.Known(user.Tenant, ct);
        return tenant is { Closed: true } ? null : new Caller
        {
            Tenant = user.Tenant,
            User = user.Id,
            Scopes = Roles.ScopesOf(user.Role),
            BySession = true,
            TenantRequests = tenant?.RequestsPerMinute,
        };
    }
}
