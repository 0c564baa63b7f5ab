using System.Text.Json;
using Aigc.Contracts;
using Aigc.Contracts.DataSupply;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.DataSupply.Builds;

/// <summary>Prepares shards, each once: the result is kept under the shard's own identity, and repeats are answered from it.</summary>
internal sealed class PreparedShards(IArtifactStore artifacts, IDocumentStore<PreparedShard> prepared, AigcPaths paths, TimeProvider time)
{
    // One reference, so that a reader never sees the digest of one plan beside another.
    private volatile Remembered? _last;

    /// <summary>Stores a plan.</summary>
    public async Task<ArtifactRef> StorePlan(BuildPlan plan, CancellationToken ct)
    {
        using var bytes = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(plan, DocumentJson.Options));
        return await artifacts.Put(bytes, "application/json", ct);
    }

    /// <summary>Reads a plan; the last one is remembered, because a build asks for it once a shard.</summary>
    public async Task<BuildPlan> ReadPlan(ArtifactRef plan, CancellationToken ct)
    {
        if (_last is { } last && last.Digest == plan.Digest)
        {
            return last.Plan;
        }

        await using var content = await artifacts.Open(plan.Digest, ct);
        var read = (await JsonSerializer.DeserializeAsync<BuildPlan>(content, DocumentJson.Options, ct))!;
        _last = new Remembered(plan.Digest, read);
        return read;
    }

    /// <summary>The prepared shard: an earlier result where it still stands, else made now.</summary>
    public async Task<PreparedShard> Ensure(PlanShard shard, PrepareSpec prepare, CancellationToken ct)
    {
        var id = ShardPlanner.ShardKeyOf(shard, prepare);
        if (await prepared.Find(id, ct) is { } earlier && await artifacts.Exists(earlier.Digest, ct))
        {
            return earlier;
        }

        var scratch = paths.NewScratch();
        try
        {
            var preparer = new ShardPreparer(artifacts, prepare);
            await using var file = new FileStream(Path.Combine(scratch, "shard.jsonl.gz"), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.Asynchronous);
            // Minutes of pure computation: off the bus's own threads.
            await Task.Run(() => preparer.Prepare(shard, file, ct), ct);
            file.Position = 0;
            var stored = await artifacts.Put(file, "application/jsonl+gzip", ct);
            return await prepared.Upsert(
                id,
                () => new PreparedShard { Id = id },
                document => (document.Digest, document.Documents, document.CreatedAt) = (stored.Digest, preparer.Documents, time.GetUtcNow()),
                ct);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private sealed record Remembered(string Digest, BuildPlan Plan);
}
