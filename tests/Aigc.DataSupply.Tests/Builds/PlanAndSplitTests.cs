using Aigc.Contracts.DataSupply;
using Aigc.DataSupply.Builds;
using Aigc.Storage.Artifacts;

namespace Aigc.DataSupply.Tests.Builds;

public sealed class PlanAndSplitTests
{
    private static readonly Dictionary<string, long> NoSkips = [];

    [Fact]
    public void The_plan_does_not_depend_on_the_order_of_listing()
    {
        var files = Enumerable.Range(0, 50).Select(i => File($"f{i:00}", 300_000 + (i * 1000))).ToList();

        var plan = ShardPlanner.Plan(files, NoSkips);
        var other = ShardPlanner.Plan(Enumerable.Reverse(files), NoSkips);

        Assert.Equal(ShardPlanner.KeyOf(plan, new()), ShardPlanner.KeyOf(other, new()));
        Assert.All(plan.Shards, shard => Assert.True(shard.Files.Sum(file => file.Size) <= ShardPlanner.ShardBytes));
    }

    [Fact]
    public void A_file_larger_than_a_shard_is_alone()
    {
        var plan = ShardPlanner.Plan([File("a", 10), File("b", ShardPlanner.ShardBytes * 3), File("c", 10)], NoSkips);

        Assert.Equal(["a", "b", "c"], plan.Shards.Select(shard => Assert.Single(shard.Files).Id));
    }

    [Fact]
    public void What_only_the_merge_reads_changes_the_version_but_no_shard()
    {
        var plan = ShardPlanner.Plan([File("a", 10)], NoSkips);
        var spec = new PrepareSpec();
        var other = spec with { NearDuplicates = 0.8, MaxDocuments = 5, Validation = 0.1 };

        Assert.Equal(ShardPlanner.ShardKeyOf(plan.Shards[0], spec), ShardPlanner.ShardKeyOf(plan.Shards[0], other));
        Assert.NotEqual(ShardPlanner.KeyOf(plan, spec), ShardPlanner.KeyOf(plan, other));
        Assert.NotEqual(ShardPlanner.ShardKeyOf(plan.Shards[0], spec), ShardPlanner.ShardKeyOf(plan.Shards[0], spec with { Languages = ["en"] }));
    }

    [Fact]
    public void The_split_depends_on_the_documents_alone()
    {
        var ids = Enumerable.Range(0, 2000).Select(i => (string?)Digest.Of("d" + i)[..32]).ToList();

        var forward = Split.Decide(ids, 1000, 0.1);
        var backward = Split.Decide([.. Enumerable.Reverse(ids)], 1000, 0.1);

        Assert.Equal(forward, backward.Reverse());
        Assert.Equal(1000, forward.Count(fate => fate == DocumentFate.NotChosen));
        Assert.InRange(forward.Count(fate => fate == DocumentFate.Validation), 70, 130);
    }

    [Fact]
    public void A_tiny_corpus_still_has_both_splits()
    {
        var fates = Split.Decide([Digest.Of("a")[..32], null, Digest.Of("b")[..32]], null, 0.02);

        Assert.Equal([DocumentFate.Duplicate, DocumentFate.Train, DocumentFate.Validation], fates.Order());
    }

    private static PlanFile File(string id, long size) => new() { Id = id, Digest = Digest.Of(id), Size = size, FileName = id + ".txt" };
}
