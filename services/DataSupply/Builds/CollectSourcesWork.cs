using System.Globalization;
using Aigc.Contracts;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Jobs;
using Aigc.DataSupply.Datasets;
using Aigc.DataSupply.Sources;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.DataSupply.Builds;

/// <summary>Lists and freezes the sources of a build. Repeatable: storing the same bytes again changes nothing.</summary>
internal sealed class CollectSourcesWork(
    FileCollector collector, PreparedShards shards, IDocumentStore<DatasetVersion> versions, IArtifactStore artifacts, ArtifactFolders folders, AigcPaths paths)
    : IWork<CollectSources>
{
    public string IdOf(CollectSources command) => $"collect-{command.BuildId:N}";

    public (Guid JobId, JobLink Job) JobOf(CollectSources command) => (command.BuildId, command.Job);

    public async Task<object> Run(CollectSources command, WorkContext context, CancellationToken ct)
    {
        PrepareChecks.Check(command.Name, command.Prepare);
        var plan = await collector.Collect(
            command.Sources,
            command.Prepare,
            command.Job.Tenant,
            (files, bytes) => context.Progress("collect", files, null, "files", Facts(bytes), ct),
            ct);
        await context.Progress("collect", plan.Files, plan.Files, "files", Facts(plan.Bytes), ct);
        var stored = await shards.StorePlan(plan, ct);
        var key = ShardPlanner.KeyOf(plan, command.Prepare);
        var existing = await Existing(command, key, ct);
        if (existing is not null)
        {
            // The folder for people may hold another version by now, or be gone.
            await folders.Materialize(existing.Dataset.Folder, PublishedFolder.Of(paths, existing.Dataset.Name), ct);
        }

        return new SourcesCollected
        {
            BuildId = command.BuildId,
            Plan = stored,
            Key = key,
            Shards = plan.Shards.Count,
            Counts = existing?.Counts ?? Counts(plan),
            Existing = existing?.Dataset,
            Usage = context.Usage(),
        };
    }

    public object Failed(CollectSources command, Problem problem) => new BuildStepFailed { BuildId = command.BuildId, Problem = problem };

    private async Task<DatasetVersion?> Existing(CollectSources command, string key, CancellationToken ct)
    {
        if (command.Name is null || await versions.Find(DatasetVersion.IdOf(command.Job.Tenant, command.Name, key), ct) is not { } version)
        {
            return null;
        }

        return await artifacts.Exists(version.Digest, ct) ? version : null;
    }

    private static Dictionary<string, long> Counts(BuildPlan plan)
    {
        var counts = plan.Skipped.ToDictionary(count => "skipped." + count.Key, count => count.Value);
        counts["files"] = plan.Files;
        counts["bytes.files"] = plan.Bytes;
        return counts;
    }

    private static Dictionary<string, string> Facts(long bytes) => new() { ["bytes"] = bytes.ToString(CultureInfo.InvariantCulture) };
}
