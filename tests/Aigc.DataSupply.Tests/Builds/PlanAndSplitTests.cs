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
        var other = spec with { NearDuplicates = 0.8, MaxDocuments = 5, Validation = 0.1, Test = 0.1 };

        Assert.Equal(ShardPlanner.ShardKeyOf(plan.Shards[0], spec), ShardPlanner.ShardKeyOf(plan.Shards[0], other));
        Assert.NotEqual(ShardPlanner.KeyOf(plan, spec), ShardPlanner.KeyOf(plan, other));
        Assert.NotEqual(ShardPlanner.ShardKeyOf(plan.Shards[0], spec), ShardPlanner.ShardKeyOf(plan.Shards[0], spec with { Languages = ["en"] }));
    }

    [Fact]
    public void The_split_depends_on_the_documents_alone()
    {
        var ids = Enumerable.Range(0, 2000).Select(i => Alone("d" + i)).ToList();

        var forward = Split.Decide(ids, 1000, 0.1);
        var backward = Split.Decide([.. Enumerable.Reverse(ids)], 1000, 0.1);

        Assert.Equal(forward, backward.Reverse());
        Assert.Equal(1000, forward.Count(fate => fate == DocumentFate.NotChosen));
        Assert.InRange(forward.Count(fate => fate == DocumentFate.Validation), 70, 130);
    }

    [Fact]
    public void A_tiny_corpus_still_has_both_splits()
    {
        var fates = Split.Decide([Alone("a"), null, Alone("b")], null, 0.02);

        Assert.Equal([DocumentFate.Duplicate, DocumentFate.Train, DocumentFate.Validation], fates.Order());
    }

    [Fact]
    public void A_group_goes_into_one_split_and_every_label_into_all_of_them()
    {
        var documents = Enumerable.Range(0, 600).Select(i => Row(i, "g" + (i % 60), i % 3 == 0 ? ["common", i % 60 < 9 ? "rare" : "common"] : i % 3 == 1 ? ["common"] : [])).ToList();

        var fates = Split.Decide(documents, null, 0.2, 0.2);
        var backward = Split.Decide([.. Enumerable.Reverse(documents)], null, 0.2, 0.2);

        Assert.Equal(fates, backward.Reverse());
        Assert.All(documents.Zip(fates).GroupBy(pair => pair.First.Group), group => Assert.Single(group.Select(pair => pair.Second).Distinct()));
        foreach (var label in (string[])["common", "rare", ""])
        {
            var splits = documents.Zip(fates).Where(pair => label.Length == 0 ? pair.First.Labels.Count == 0 : pair.First.Labels.Contains(label)).Select(pair => pair.Second).Distinct().Order();
            Assert.Equal([DocumentFate.Train, DocumentFate.Validation, DocumentFate.Test], splits);
        }

        Assert.InRange(fates.Count(fate => fate == DocumentFate.Test), 100, 140);
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(2, 1, 0)]
    [InlineData(3, 1, 1)]
    [InlineData(4, 1, 2)]
    public void Few_groups_leave_something_to_learn_from(int groups, int validation, int test)
    {
        var fates = Split.Decide([.. Enumerable.Range(0, groups).Select(i => Row(i, "g" + i, ["a"]))], null, 0.5, 0.5);

        Assert.Equal((validation, test), (fates.Count(fate => fate == DocumentFate.Validation), fates.Count(fate => fate == DocumentFate.Test)));
    }

    private static SplitPlace Row(int number, string group, string[] labels) => new(Digest.Of("r" + number)[..32], group, labels);

    private static SplitPlace Alone(string name) => new(Digest.Of(name)[..32], null, []);

    private static PlanFile File(string id, long size) => new() { Id = id, Digest = Digest.Of(id), Size = size, FileName = id + ".txt" };
}
