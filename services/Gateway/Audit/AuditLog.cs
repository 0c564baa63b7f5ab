using Aigc.Contracts.Gateway;
using Aigc.Gateway.Access;
using Aigc.Gateway.Keys;
using Aigc.Storage.Documents;

namespace Aigc.Gateway.Audit;

/// <summary>Who did what, on what, when, from where. There is no way to change or remove a line but the database's own.</summary>
internal sealed class AuditLog(IDocumentStore<AuditEntry> entries, TimeProvider time)
{
    private const string Prefix = "audit";
    private const string ByInstallation = "installation";

    private long _last;

    /// <summary>
    /// An act of the caller of a request, in the tenant it was done in: the caller's, where none is named. Who looks after the
    /// installation and acts on another tenant has the line in their own log; the other's says that it was they, and nothing about them.
    /// </summary>
    public async Task Write(HttpContext context, string act, string target, string? tenant = null, IReadOnlyDictionary<string, string>? details = null)
    {
        var caller = context.Features.Get<Caller>();
        var now = Next();
        var entry = new AuditEntry
        {
            Id = Ids.Create(Prefix, now),
            Tenant = caller?.Tenant ?? tenant ?? Tenants.Tenant.Installation,
            At = now,
            Act = act,
            Target = target,
            User = caller?.User,
            Key = caller?.Key,
            From = context.Connection.RemoteIpAddress?.ToString(),
            Request = context.TraceIdentifier,
            Details = details ?? new Dictionary<string, string>(),
        };
        // What was done was done: a caller who hangs up does not keep it out of the log.
        await entries.Insert(entry, CancellationToken.None);
        if (tenant is not null && tenant != entry.Tenant)
        {
            await entries.Insert(
                new AuditEntry { Id = Ids.Create(Prefix, now), Tenant = tenant, At = now, Act = act, Target = target, User = ByInstallation, Request = entry.Request },
                CancellationToken.None);
        }
    }

    /// <summary>An act another service tells of. Told twice, it has the same id and stands there once.</summary>
    public Task Write(AdministrativeAct act, CancellationToken ct) => entries.Insert(
        new AuditEntry
        {
            Id = Ids.Create(Prefix, act.At, act.ActId.ToString("N")),
            Tenant = act.Tenant,
            At = act.At,
            Act = act.Act,
            Target = act.Target,
            User = act.User,
            Key = act.Key,
            Request = act.Request,
            Details = act.Details,
        },
        ct);

    /// <summary>Lines of a tenant, the latest first, from the given one on.</summary>
    public Task<IReadOnlyList<AuditEntry>> List(string tenant, AuditFilter filter, string? from, int take, CancellationToken ct)
    {
        var query = new DocumentQuery<AuditEntry>().Where(entry => entry.Tenant, tenant).OrderBy(entry => entry.Id, descending: true).Take(take);
        query = filter.Act is null ? query : query.Where(entry => entry.Act, filter.Act);
        query = filter.Target is null ? query : query.Where(entry => entry.Target, filter.Target);
        query = filter.User is null ? query : query.Where(entry => entry.User, filter.User);
        query = filter.Key is null ? query : query.Where(entry => entry.Key, filter.Key);
        return entries.Query(from is null ? query : query.AtMost(entry => entry.Id, from), ct);
    }

    // Lines are read in the order of their times: two of one millisecond would stand either way.
    private DateTimeOffset Next()
    {
        while (true)
        {
            var last = Interlocked.Read(ref _last);
            var next = Math.Max(time.GetUtcNow().ToUnixTimeMilliseconds(), last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return DateTimeOffset.FromUnixTimeMilliseconds(next);
            }
        }
    }
}

/// <summary>Which lines of the log; null for any.</summary>
internal sealed record AuditFilter(string? Act, string? Target, string? User, string? Key);
