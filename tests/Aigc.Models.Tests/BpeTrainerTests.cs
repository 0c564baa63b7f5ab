using Aigc.Models.Text;

namespace Aigc.Models.Tests;

public sealed class BpeTrainerTests
{
    static BpeVocabulary Train(IEnumerable<string> documents, int size)
    {
        var trainer = new BpeTrainer();
        foreach (var document in documents)
            trainer.Add(document);
        return trainer.Train(size);
    }

    [Fact]
    public void Training_does_not_depend_on_the_order_of_the_documents()
    {
        var one = Train(TestFolder.Corpus, 380);
        var other = Train(TestFolder.Corpus.Reverse(), 380);
        Assert.Equal(one.Entries, other.Entries);
        Assert.Equal(one.Merges, other.Merges);
    }

    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_ties_go_to_the_smaller_ids()
    {
        // "ab" occurs 3 times; "cd" and "ef" twice each.
        var vocabulary = Train(["ab ab ab cd cd ef ef".Replace(" ", "\n", StringComparison.Ordinal)], 264);
        Assert.Equal([("a", "b"), ("c", "d"), ("e", "f")], vocabulary.Merges.Take(3));
    }

    [Fact]
    public void Repeated_letters_merge_from_the_left() =>
        Assert.Equal([("a", "a"), ("aa", "aa")], Train(["aaaa\naaaa\naaaa"], 263).Merges);

    [Fact]
    public void Nothing_that_occurs_once_is_merged() => Assert.Empty(Train(["abc"], 300).Merges);

    [Fact]
    public void A_vocabulary_without_room_for_the_bytes_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Train(["abc"], 100));

    [Fact]
    public void A_rule_of_a_million_dashes_costs_nothing() =>
        Assert.Empty(Train([new string('-', 1_000_000)], 300).Merges);
}
