using System.Text.Json.Serialization;
using Aigc.Gateway.Access;
using Aigc.Gateway.Admin;
using Aigc.Gateway.Audit;
using Aigc.Gateway.Routing;
using Aigc.Gateway.Tenants;
using Aigc.Gateway.Users;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;

namespace Aigc.Gateway.Keys;

/// <summary>A key that is to be made.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NewKey(string? Name, IReadOnlyList<string>? Scopes, DateTimeOffset? ExpiresAt, string? User, int? RequestsPerMinute, string? Tenant);

/// <summary>How a secret is to be replaced: the old one works on for so many seconds, a day where nothing is said.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record Rotation(int? GraceSeconds);

/// <summary>A key as it is shown; its secret only to whoever has just made it.</summary>
internal sealed record KeyView
{
    public required string Id { get; init; }

    public required string Tenant { get; init; }

    public required string Name { get; init; }

    /// <summary>First characters of the secret.</summary>
    public required string Prefix { get; init; }

    /// <summary>The whole secret: in the answer that made it and never again.</summary>
    public string? Secret { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public string? User { get; init; }

    public int? RequestsPerMinute { get; init; }

    /// <summary><c>active</c>, <c>expired</c> or <c>revoked</c>.</summary>
    public required string Status { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public static KeyView Of(ApiKey key, DateTimeOffset now, string? secret = null) => new()
    {
        Id = key.Id,
        Tenant = key.Tenant,
        Name = key.Name,
        Prefix = key.Prefix,
        Secret = secret,
        Scopes = key.Scopes,
        User = key.User,
        RequestsPerMinute = key.RequestsPerMinute,
        Status = key.RevokedAt is not null ? "revoked" : key.WorksAt(now) ? "active" : "expired",
        CreatedAt = key.CreatedAt,
        ExpiresAt = key.ExpiresAt,
        LastUsedAt = key.LastUsed,
    };
}

/// <summary>Routes of keys.</summary>
internal static class KeyRoutes
{
    private const int LongestGrace = 7 * 24 * 3600;
    private const int DefaultGrace = 24 * 3600;

    public static async Task<IResult> List(HttpContext context, KeyRing ring, TimeProvider time, string? tenant, int? limit, string? after, CancellationToken ct)
    {
        var whose = context.Admitted().TenantOf(tenant);
        var now = time.GetUtcNow();
        return Results.Ok(await Listing.Read(limit, after, (from, take) => ring.List(whose, from, take, ct), key => key.Id, key => KeyView.Of(key, now)));
    }

    public static async Task<IResult> Get(HttpContext context, KeyRing ring, TimeProvider time, string id, CancellationToken ct) =>
        await Find(context.Admitted(), ring, id, ct) is { } key ? Results.Ok(KeyView.Of(key, time.GetUtcNow())) : ApiErrors.NotFound("key", id);

    public static async Task<IResult> Create(HttpContext context, NewKey body, ApiKeys keys, UserBook users, TenantBook tenants, AuditLog audit, TimeProvider time, CancellationToken ct)
    {
        var caller = context.Admitted();
        var tenant = caller.TenantOf(body.Tenant);
        var scopes = CheckedScopes(body.Scopes);
        if (caller.RefuseMoreThan(scopes) is { } refused)
        {
            return refused;
        }

        if (tenant != caller.Tenant && await tenants.Find(tenant, ct) is null)
        {
            return ApiErrors.NotFound("tenant", tenant);
        }

        if (body.User is not null && (await users.Find(body.User, ct))?.Tenant != tenant)
        {
            return ApiErrors.NotFound("user", body.User);
        }

        var order = new KeyOrder(tenant, Authority.Name(body.Name ?? ""), scopes)
        {
            ExpiresAt = body.ExpiresAt is { } ends && ends <= time.GetUtcNow() ? throw new ProblemException("invalid_value", "expiresAt must lie in the future.", "expiresAt") : body.ExpiresAt,
            User = body.User,
            RequestsPerMinute = body.RequestsPerMinute is < 1 ? throw new ProblemException("invalid_value", "requestsPerMinute must be at least 1.", "requestsPerMinute") : body.RequestsPerMinute,
        };
        var (key, secret) = await keys.Create(order, ct);
        await audit.Write(context, "key.created", key.Id, tenant, new Dictionary<string, string> { ["name"] = key.Name, ["scopes"] = string.Join(' ', scopes) });
        return Results.Created($"/api/keys/{key.Id}", KeyView.Of(key, time.GetUtcNow(), secret));
    }

    public static async Task<IResult> Rotate(HttpContext context, Rotation? body, KeyRing ring, AuditLog audit, TimeProvider time, string id, CancellationToken ct)
    {
        var caller = context.Admitted();
        if (await Find(caller, ring, id, ct) is not { } old)
        {
            return ApiErrors.NotFound("key", id);
        }

        if (caller.RefuseMoreThan(old.Scopes) is { } refused)
        {
            return refused;
        }

        var grace = body?.GraceSeconds ?? DefaultGrace;
        if (grace is < 0 or > LongestGrace)
        {
            throw new ProblemException("invalid_value", $"graceSeconds must be between 0 and {LongestGrace}.", "graceSeconds");
        }

        if (await ring.Rotate(old, TimeSpan.FromSeconds(grace), ct) is not var (key, secret))
        {
            return ApiErrors.Result(StatusCodes.Status409Conflict, "key_not_active", "The key was revoked, has expired, or is being rotated by somebody else; look at it again.");
        }

        await audit.Write(context, "key.rotated", id, old.Tenant, new Dictionary<string, string> { ["graceSeconds"] = grace.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        return Results.Ok(KeyView.Of(key, time.GetUtcNow(), secret));
    }

    public static async Task<IResult> Revoke(HttpContext context, KeyRing ring, AuditLog audit, TimeProvider time, string id, CancellationToken ct)
    {
        var caller = context.Admitted();
        if (await Find(caller, ring, id, ct) is not { } key)
        {
            return ApiErrors.NotFound("key", id);
        }

        if (caller.RefuseMoreThan(key.Scopes) is { } refused)
        {
            return refused;
        }

        var revoked = await ring.Revoke(key, ct);
        await audit.Write(context, "key.revoked", id, key.Tenant);
        return Results.Ok(KeyView.Of(revoked, time.GetUtcNow()));
    }

    private static async Task<ApiKey?> Find(Caller caller, KeyRing ring, string id, CancellationToken ct) =>
        await ring.Find(id, ct) is { } key && caller.Sees(key.Tenant) ? key : null;

    private static IReadOnlyList<string> CheckedScopes(IReadOnlyList<string>? scopes)
    {
        if (scopes is null or { Count: 0 } || scopes.FirstOrDefault(scope => scope != Scopes.All && !Scopes.Named.Contains(scope)) is { })
        {
            throw new ProblemException("invalid_value", $"scopes is a list of at least one of {string.Join(", ", Scopes.Named)}, or * for all.", "scopes");
        }

        return [.. scopes.Distinct()];
    }
}
