using Aigc.Contracts;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Jobs;
using Aigc.DataSupply.Datasets;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.DataSupply.Builds;

/// <summary>
/// Joins the shards of a build into a version, stores it and lays a copy where people find it. Repeatable: the same shards give the same folder,
/// and a shard whose result is gone is prepared again.
/// </summary>
internal sealed class MergeShardsWork(
    PreparedShards shards, IArtifactStore artifacts, ArtifactFolders folders, IDocumentStore<DatasetVersion> versions, AigcPaths paths, TimeProvider time)
    : IWork<MergeShards>
{
    public string IdOf(MergeShards command) => $"merge-{command.BuildId:N}";

    public (Guid JobId, JobLink Job) JobOf(MergeShards command) => (command.BuildId, command.Job);

    public async Task<object> Run(MergeShards command, WorkContext context, CancellationToken ct)
    {
        var plan = await shards.ReadPlan(command.Plan, ct);
        var digests = new List<string>();
        foreach (var shard in plan.Shards)
        {
            digests.Add((await shards.Ensure(shard, command.Prepare, ct)).Digest);
        }

        var scratch = paths.NewScratch();
        try
        {
            var total = digests.Count * 3;
            var merger = new ShardMerger(artifacts, plan, command.Prepare);
            var outcome = await Task.Run(
                () => merger.Merge(command.Name, digests, scratch, done => context.Progress("merge", done, total, "shard-passes", null, ct), ct), ct);
            var folder = await folders.Pack(scratch, ct);
            var dataset = new DatasetVersionRef
            {
                Name = command.Name,
                Folder = folder,
                TrainRows = outcome.TrainRows,
                ValidationRows = outcome.ValidationRows,
                TestRows = outcome.TestRows,
                TextBytes = outcome.TextBytes,
            };
            await Record(command, dataset, outcome, ct);
            await folders.Materialize(folder, PublishedFolder.Of(paths, command.Name), ct);
            return new ShardsMerged { BuildId = command.BuildId, Dataset = dataset, Counts = outcome.Counts, Usage = context.Usage() with { StoredBytes = folder.Size } };
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    public object Failed(MergeShards command, Problem problem) => new BuildStepFailed { BuildId = command.BuildId, Problem = problem };

    private Task<DatasetVersion> Record(MergeShards command, DatasetVersionRef dataset, MergeOutcome outcome, CancellationToken ct)
    {
        var id = DatasetVersion.IdOf(command.Job.Tenant, command.Name, command.Key);
        return versions.Upsert(
            id,
            () => new DatasetVersion { Id = id, Tenant = command.Job.Tenant, Name = command.Name, CreatedAt = time.GetUtcNow() },
            version =>
            {
                (version.Digest, version.Dataset, version.Counts) = (dataset.Folder.Digest, dataset, outcome.Counts.ToDictionary());
                (version.Preset, version.LanguagesAsked) = (command.Prepare.Preset, command.Prepare.Languages.Count > 0);
            },
            ct);
    }
}

/// <summary>Where people find the newest version of a dataset.</summary>
internal static class PublishedFolder
{
    public static string Of(AigcPaths paths, string name) => paths.Published("datasets", name);
}
