using Aigc.Gateway.Keys;
using Aigc.Storage.Documents;

namespace Aigc.Gateway.Tenants;

/// <summary>The tenants of the installation.</summary>
internal sealed class TenantBook(IDocumentStore<Tenant> tenants, TimeProvider time)
{
    private readonly Known<Tenant> _known = new(id => tenants.Find(id), time);

    /// <summary>The tenant as it was read moments ago. Null for one that nothing was written down about, which is open all the same: a key names its tenant.</summary>
    public ValueTask<Tenant?> Known(string id, CancellationToken ct) => _known.Find(id, ct);

    public Task<Tenant?> Find(string id, CancellationToken ct) => tenants.Find(id, ct);

    /// <summary>The installation's own tenant is written down when the installation starts.</summary>
    public Task EnsureInstallation(CancellationToken ct) =>
        tenants.Insert(new Tenant { Id = Tenant.Installation, Name = "This installation", CreatedAt = time.GetUtcNow() }, ct);

    /// <summary>False when there is one of that id.</summary>
    public Task<bool> Add(Tenant tenant, CancellationToken ct) => tenants.Insert(tenant, ct);

    public Task<IReadOnlyList<Tenant>> List(string? after, int take, CancellationToken ct)
    {
        var query = new DocumentQuery<Tenant>().OrderBy(tenant => tenant.Id).Take(take);
        return tenants.Query(after is null ? query : query.AtLeast(tenant => tenant.Id, after), ct);
    }

    public async Task<Tenant?> Change(string id, Action<Tenant> change, CancellationToken ct)
    {
        var changed = await tenants.TryUpdate(id, tenant => { change(tenant); return true; }, ct);
        _known.Forget(id);
        return changed;
    }
}
