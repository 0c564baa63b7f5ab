using System.Text.Json;
using Aigc.Contracts.DataSupply;
using Aigc.DataSupply.Languages;
using Aigc.DataSupply.Rules;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.DataSupply.Builds;

/// <summary>Cuts files into shards and names what is computed from them. Pure: the same files give the same plan in any order of listing.</summary>
internal static class ShardPlanner
{
    /// <summary>Bytes a shard is filled up to: seconds of work, so that a lost one costs little.</summary>
    public const long ShardBytes = 4 << 20;

    /// <summary>Grows whenever the same input would give other bytes.</summary>
    private const string Pipeline = "2";

    public static BuildPlan Plan(IEnumerable<PlanFile> files, IReadOnlyDictionary<string, long> skipped)
    {
        var sorted = files.OrderBy(file => file.Id, StringComparer.Ordinal).ToList();
        var shards = new List<PlanShard>();
        var current = new List<PlanFile>();
        long bytes = 0;
        foreach (var file in sorted)
        {
            if (current.Count > 0 && bytes + file.Size > ShardBytes)
            {
                shards.Add(new() { Files = current });
                (current, bytes) = ([], 0);
            }

            current.Add(file);
            bytes += file.Size;
        }

        if (current.Count > 0)
        {
            shards.Add(new() { Files = current });
        }

        return new() { Shards = shards, Files = sorted.Count, Bytes = sorted.Sum(file => file.Size), Skipped = new SortedDictionary<string, long>(skipped.ToDictionary(), StringComparer.Ordinal) };
    }

    /// <summary>Identity of a dataset version: plan, rules, preparation and pipeline.</summary>
    public static string KeyOf(BuildPlan plan, PrepareSpec prepare) =>
        Digest.OfParts(Pipeline, JsonSerializer.Serialize(plan, DocumentJson.Options), JsonSerializer.Serialize(prepare, DocumentJson.Options), RulesDigest(prepare));

    /// <summary>
    /// Identity of a prepared shard: its files and what decides about single documents. What only the merge reads (duplicates, number of
    /// documents, split) is left out, so that changing it prepares nothing again; nor do files elsewhere matter.
    /// </summary>
    public static string ShardKeyOf(PlanShard shard, PrepareSpec prepare)
    {
        var spec = prepare with { NearDuplicates = null, MaxDocuments = null, Validation = 0, Test = null, Format = "", MaxFileBytes = 0 };
        return Digest.OfParts("shard", Pipeline, JsonSerializer.Serialize(shard, DocumentJson.Options), JsonSerializer.Serialize(spec, DocumentJson.Options), RulesDigest(prepare));
    }

    private static string RulesDigest(PrepareSpec prepare) => RuleSet.Load(prepare.Preset).Digest + LanguageProfiles.Shared.Digest;
}
