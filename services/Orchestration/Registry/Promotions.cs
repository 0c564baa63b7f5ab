using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Orchestration.Registry;

/// <summary>
/// Which version of a name is served. A promotion is a time on one document, and the latest wins: one write decides, whoever else promotes meanwhile.
/// Each takes the name's versions and answers with the version that is served then.
/// </summary>
internal sealed class Promotions(ModelRegistry registry, IDocumentStore<ModelDocument> models, IBus bus, TimeProvider time)
{
    /// <summary>Serves this version, whatever is registered later. Null where there is none.</summary>
    public async Task<RegisteredModel?> Promote(string tenant, string name, string digest, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var promoted = await models.TryUpdate(
            ModelDocument.IdOf(tenant, name, digest),
            version =>
            {
                version.Entry = version.Entry with { PromotedAt = now };
                return version.ErasedAt is null;
            },
            ct);
        return promoted is null ? null : await Told(tenant, promoted.Entry, now);
    }

    /// <summary>Serves the version that was registered before the one that is served. Null where there is no such name.</summary>
    /// <exception cref="ProblemException"><c>conflict</c>: there is no earlier one.</exception>
    public async Task<RegisteredModel?> RollBack(string tenant, string name, CancellationToken ct)
    {
        var versions = await registry.Versions(tenant, name, ct);
        return ModelVersions.Current(versions) is not { } served ? null
            : ModelVersions.Earlier(versions) is { } earlier ? await Promote(tenant, name, ModelVersions.DigestOf(earlier.Model), ct)
            : throw new ProblemException("conflict", $"'{name}' has no version before the one that is served, of {served.At:u}; GET /api/models/{name}/versions lists what there is.");
    }

    /// <summary>Takes promotions back: the newest version is served, and each that is registered later. Null where there is no such name.</summary>
    public async Task<RegisteredModel?> FollowNewest(string tenant, string name, CancellationToken ct)
    {
        foreach (var version in await registry.Versions(tenant, name, ct))
        {
            await models.TryUpdate(
                ModelDocument.IdOf(tenant, version.Model),
                known =>
                {
                    var promoted = known.Entry.PromotedAt is not null;
                    known.Entry = known.Entry with { PromotedAt = null };
                    return promoted;
                },
                ct);
        }

        return await registry.Find(tenant, name, ct) is { } newest ? await Told(tenant, newest, time.GetUtcNow()) : null;
    }

    private async Task<RegisteredModel> Told(string tenant, RegisteredModel served, DateTimeOffset at)
    {
        await bus.Publish(new ModelPromoted { Tenant = tenant, Model = served.Model, At = at }, CancellationToken.None);
        return served;
    }
}
