using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Aigc.Gateway.Admin;
using Aigc.Gateway.Audit;
using Aigc.Gateway.Keys;
using Aigc.Gateway.Routing;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;

namespace Aigc.Gateway.Tenants;

/// <summary>A tenant that is to be made.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NewTenant(string? Id, string? Name, int? RequestsPerMinute);

/// <summary>What is to change about a tenant; what is left out stays.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record TenantChange(string? Name, bool? Closed, int? RequestsPerMinute);

/// <summary>A tenant as it is shown.</summary>
internal sealed record TenantView
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required bool Closed { get; init; }

    public int? RequestsPerMinute { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its first key, with every scope, in the answer that made the tenant.</summary>
    public KeyView? Key { get; init; }

    public static TenantView Of(Tenant tenant, KeyView? key = null) => new()
    {
        Id = tenant.Id,
        Name = tenant.Name,
        Closed = tenant.Closed,
        RequestsPerMinute = tenant.RequestsPerMinute,
        CreatedAt = tenant.CreatedAt,
        Key = key,
    };
}

/// <summary>Routes of tenants, for administrators of the installation's own.</summary>
internal static partial class TenantRoutes
{
    public static async Task<IResult> List(TenantBook tenants, int? limit, string? after, CancellationToken ct) =>
        Results.Ok(await Listing.Read(limit, after, (from, take) => tenants.List(from, take, ct), tenant => tenant.Id, tenant => TenantView.Of(tenant)));

    public static async Task<IResult> Get(TenantBook tenants, string id, CancellationToken ct) =>
        await tenants.Find(id, ct) is { } tenant ? Results.Ok(TenantView.Of(tenant)) : ApiErrors.NotFound("tenant", id);

    public static async Task<IResult> Create(HttpContext context, NewTenant body, TenantBook tenants, ApiKeys keys, AuditLog audit, TimeProvider time, CancellationToken ct)
    {
        if (body.Id is null || !Short().IsMatch(body.Id))
        {
            throw new ProblemException("invalid_value", "id is 2 to 40 lower-case letters, digits and dashes, beginning with a letter.", "id");
        }

        if (context.Admitted().RefuseMoreThan([Scopes.All]) is { } refused)
        {
            return refused;
        }

        var tenant = new Tenant { Id = body.Id, Name = Authority.Name(body.Name ?? body.Id), CreatedAt = time.GetUtcNow(), RequestsPerMinute = CheckedLimit(body.RequestsPerMinute) };
        if (!await tenants.Add(tenant, ct))
        {
            return ApiErrors.Result(StatusCodes.Status409Conflict, "tenant_exists", $"There is a tenant '{tenant.Id}'.", "id");
        }

        var (key, secret) = await keys.Create(new KeyOrder(tenant.Id, "first key", [Scopes.All]), ct);
        await audit.Write(context, "tenant.created", tenant.Id, tenant.Id, new Dictionary<string, string> { ["key"] = key.Id });
        return Results.Created($"/api/tenants/{tenant.Id}", TenantView.Of(tenant, KeyView.Of(key, time.GetUtcNow(), secret)));
    }

    public static async Task<IResult> Change(HttpContext context, TenantChange body, TenantBook tenants, AuditLog audit, string id, CancellationToken ct)
    {
        if (id == Tenant.Installation && body.Closed == true)
        {
            return ApiErrors.Result(StatusCodes.Status409Conflict, "own_tenant", "The installation's own tenant cannot be closed: nobody could open it again.", "closed");
        }

        var (name, limit) = (body.Name is null ? null : Authority.Name(body.Name), CheckedLimit(body.RequestsPerMinute));
        var changed = await tenants.Change(
            id,
            tenant => (tenant.Name, tenant.Closed, tenant.RequestsPerMinute) = (name ?? tenant.Name, body.Closed ?? tenant.Closed, limit ?? tenant.RequestsPerMinute),
            ct);
        if (changed is null)
        {
            return ApiErrors.NotFound("tenant", id);
        }

        await audit.Write(context, "tenant.changed", id, id, new Dictionary<string, string> { ["closed"] = changed.Closed ? "true" : "false" });
        return Results.Ok(TenantView.Of(changed));
    }

    private static int? CheckedLimit(int? limit) => limit is < 1 ? throw new ProblemException("invalid_value", "requestsPerMinute must be at least 1.", "requestsPerMinute") : limit;

    [GeneratedRegex("^[a-z][a-z0-9-]{1,39}$")]
    private static partial Regex Short();
}
