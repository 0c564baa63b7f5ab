using Aigc.Contracts.Orchestration;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;
using Aigc.Storage.Leases;
using MassTransit;

namespace Aigc.Orchestration.Registry;

/// <summary>
/// Erases versions. The document is marked first and stays: from then on the version is not found, whatever happens. Then the files go that no other model
/// of any tenant refers to, the manifest last, so that a repeat knows what is left; then it is told. A crash in between is made good by <see cref="ErasureSweep"/>.
/// </summary>
internal sealed class Erasures(IDocumentStore<ModelDocument> models, IArtifactStore artifacts, ArtifactFolders folders, Locks locks, IBus bus, TimeProvider time)
{
    private const int PageSize = 200;

    // Everybody's empty file, of models and of whatever else: there is nothing in it to erase.
    private static readonly string Empty = Digest.Of("");

    /// <summary>Erases a version; one that is erased stays as it is. Null where there is none.</summary>
    public async Task<RegisteredModel?> Erase(string tenant, string name, string digest, string by, CancellationToken ct)
    {
        var id = ModelDocument.IdOf(tenant, name, digest);
        var now = time.GetUtcNow();
        await models.TryUpdate(
            id,
            version =>
            {
                var there = version.ErasedAt is null;
                version.Entry = version.Entry with { Erased = new Erasure { At = now, By = by }, PromotedAt = null, Evaluation = null };
                (version.ErasedAt, version.DeletingSince) = (now, now);
                return there;
            },
            ct);
        await Finish(id, ct);
        return (await models.Find(id, ct))?.Entry;
    }

    /// <summary>Deletes what waits to be deleted.</summary>
    public async Task FinishAll(CancellationToken ct)
    {
        foreach (var version in await models.Query(new DocumentQuery<ModelDocument>().AtMost(m => m.DeletingSince, time.GetUtcNow()).OrderBy(m => m.DeletingSince).Take(PageSize), ct))
        {
            await Finish(version.Id, ct);
        }
    }

    private Task<bool> Finish(string id, CancellationToken ct) => locks.Hold(
        ModelRegistry.Lock,
        async () =>
        {
            // Erased before, or registered again meanwhile.
            if (await models.Find(id, ct) is not { DeletingSince: not null, ErasedAt: { } at } version)
            {
                return false;
            }

            var gone = await Delete(version, ct);
            await bus.Publish(new ModelErased { Tenant = version.Tenant, Model = version.Entry.Model, Gone = gone, At = at }, ct);
            await models.Update(id, erased => (erased.DeletingSince, erased.Files) = (null, null), ct);
            return true;
        },
        ct);

    private async Task<List<string>> Delete(ModelDocument version, CancellationToken ct)
    {
        var files = version.Files ?? await folders.Files(version.Entry.Model, ct);
        var needed = await Needed(ct);
        foreach (var file in files.Where(file => !needed.Contains(file) && file != Empty))
        {
            await artifacts.Delete(file, ct);
        }

        List<string> gone = [.. version.Entry.Model.Folders().Select(folder => folder.Digest).Where(folder => !needed.Contains(folder))];
        foreach (var folder in gone)
        {
            await artifacts.Delete(folder, ct);
        }

        return gone;
    }

    /// <summary>Digests of everything that models which are not erased are made of.</summary>
    private async Task<HashSet<string>> Needed(CancellationToken ct)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        for (var seen = 0; ; seen += PageSize)
        {
            var page = await models.Query(new DocumentQuery<ModelDocument>().Where(m => m.ErasedAt, null).Skip(seen).Take(PageSize), ct);
            foreach (var version in page)
            {
                needed.UnionWith(version.Entry.Model.Folders().Select(folder => folder.Digest));
                needed.UnionWith(version.Files ?? await folders.Files(version.Entry.Model, ct));
            }

            if (page.Count < PageSize)
            {
                return needed;
            }
        }
    }
}

/// <summary>Finishes erasures that a crash has interrupted. Any number of processes may.</summary>
internal sealed partial class ErasureSweep(Erasures erasures, TimeProvider time, ILogger<ErasureSweep> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                await erasures.FinishAll(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(logger, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Erased models' files could not be deleted and will be later.")]
    private static partial void Failed(ILogger logger, Exception failure);
}
