using Aigc.Models.Classification;

namespace Aigc.Models.Tests.Classification;

public sealed class HashedFeaturesTests
{
    static readonly FeatureShape Shape = new();

    [Fact]
    public void The_features_of_a_text_are_the_same_in_every_life()
    {
        // Served folders were trained with these: another number here means that they no longer work. The numbers come from the same rules written in Python.
        var features = HashedFeatures.Of(new() { Buckets = 1 << 24, WordOrders = [1, 2], CharacterOrders = [3] }, "Go now");
        Assert.Equal([1703617, 5154796, 6132377, 9016235, 9185155, 12203061, 12420703, 12685202], features.Ids);
    }

    [Fact]
    public void Ids_are_ascending_and_within_the_buckets_and_values_have_length_one()
    {
        var (ids, values) = HashedFeatures.Of(Shape with { Buckets = 100 }, "the quick brown fox jumps over the lazy dog");
        Assert.Equal(ids.Distinct().Order(), ids);
        Assert.All(ids, id => Assert.InRange(id, 0, 99));
        Assert.Equal(1, values.Sum(value => value * value), 1e-5);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t")]
    [InlineData("!?… — ()")]
    public void A_text_without_a_word_has_no_features(string text) => Assert.Empty(HashedFeatures.Of(Shape, text).Ids);

    [Theory]
    [InlineData("KILL them")]
    [InlineData("ｋｉｌｌ them")]
    [InlineData("k\u200Bill  them!")]
    [InlineData("kill\r\nthem…")]
    [InlineData("ki\u00ADll them")]
    public void Case_width_and_what_nobody_sees_make_no_difference(string text) =>
        Assert.Equal(HashedFeatures.Of(Shape, "kill them").Ids, HashedFeatures.Of(Shape, text).Ids);

    [Fact]
    public void The_order_of_words_makes_a_difference_and_orders_do()
    {
        Assert.NotEqual(HashedFeatures.Of(Shape, "dog bites man").Ids, HashedFeatures.Of(Shape, "man bites dog").Ids);
        Assert.Equal(2, HashedFeatures.Of(Shape with { WordOrders = [2], CharacterOrders = [] }, "one two three").Ids.Length);
        Assert.Equal(3, HashedFeatures.Of(Shape with { WordOrders = [], CharacterOrders = [3] }, "one").Ids.Length);
    }

    [Fact]
    public void A_long_text_has_no_more_features_than_allowed_and_those_of_its_beginning()
    {
        var text = string.Join(' ', Enumerable.Range(0, 100_000).Select(n => $"w{n}"));
        var (ids, _) = HashedFeatures.Of(Shape with { MaxFeatures = 50, Buckets = 1 << 24 }, text);
        Assert.InRange(ids.Length, 40, 50);
        Assert.Equal(ids, HashedFeatures.Of(Shape with { MaxFeatures = 50, Buckets = 1 << 24 }, text[..200]).Ids);
        Assert.InRange(HashedFeatures.Of(Shape with { MaxFeatures = 50 }, new string('x', 100_000)).Ids.Length, 1, 50);
    }

    [Fact]
    public void Half_a_character_is_a_text_too()
    {
        var lone = new string([(char)0xD83D, 'a', (char)0xDE00]);
        Assert.Equal(["a"], PlainWords.Of(lone));
    }

    [Fact]
    public void Words_of_every_script_are_words() =>
        Assert.Equal(["straße", "привет", "नमस्ते", "你好", "dont", "o2"], PlainWords.Of("Straße, Привет नमस्ते 你好 don't O2"));
}
