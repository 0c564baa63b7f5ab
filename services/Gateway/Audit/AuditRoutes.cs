using Aigc.Gateway.Admin;

namespace Aigc.Gateway.Audit;

/// <summary>A line of the log as it is shown.</summary>
internal sealed record AuditView(
    string Id, DateTimeOffset At, string Tenant, string Act, string Target, string? User, string? Key, string? From, string? Request, IReadOnlyDictionary<string, string> Details);

/// <summary>The log, read only.</summary>
internal static class AuditRoutes
{
    public static async Task<IResult> List(
        HttpContext context, AuditLog log, string? tenant, string? act, string? target, string? user, string? key, int? limit, string? after, CancellationToken ct)
    {
        var whose = context.Admitted().TenantOf(tenant);
        var filter = new AuditFilter(act, target, user, key);
        return Results.Ok(await Listing.Read(limit, after, (from, take) => log.List(whose, filter, from, take, ct), entry => entry.Id, View));
    }

    private static AuditView View(AuditEntry entry) =>
        new(entry.Id, entry.At, entry.Tenant, entry.Act, entry.Target, entry.User, entry.Key, entry.From, entry.Request, entry.Details);
}
