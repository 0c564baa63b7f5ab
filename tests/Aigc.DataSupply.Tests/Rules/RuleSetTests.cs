using Aigc.DataSupply.Rules;
using Aigc.ServiceDefaults;

namespace Aigc.DataSupply.Tests.Rules;

public sealed class RuleSetTests
{
    private static readonly RuleSet Fineweb = RuleSet.Load("fineweb");

    public static TheoryData<string> RuleIds => [.. Fineweb.Rules.Select(rule => rule.Id)];

    [Theory]
    [MemberData(nameof(RuleIds))]
    public void A_value_at_the_threshold_is_kept_and_one_beyond_is_rejected(string id)
    {
        var rule = Fineweb.Rules.Single(rule => rule.Id == id);
        var beyond = rule.Op == "<" ? rule.Threshold - 1e-9 : rule.Threshold + 1e-9;

        Assert.False(rule.Rejects(rule.Threshold));
        Assert.True(rule.Rejects(beyond));
    }

    [Theory]
    [InlineData("gopher-quality.too-few-words", "<", 50)]
    [InlineData("gopher-quality.too-many-words", ">", 100_000)]
    [InlineData("gopher-quality.short-words", "<", 3)]
    [InlineData("gopher-quality.long-words", ">", 10)]
    [InlineData("gopher-quality.hash-symbols", ">", 0.1)]
    [InlineData("gopher-quality.ellipses", ">", 0.1)]
    [InlineData("gopher-quality.bullet-lines", ">", 0.9)]
    [InlineData("gopher-quality.ellipsis-lines", ">", 0.3)]
    [InlineData("gopher-quality.words-without-letters", "<", 0.8)]
    [InlineData("gopher-quality.stop-words", "<", 2)]
    [InlineData("gopher-repetition.duplicate-lines", ">", 0.30)]
    [InlineData("gopher-repetition.duplicate-paragraphs", ">", 0.30)]
    [InlineData("gopher-repetition.duplicate-line-characters", ">", 0.20)]
    [InlineData("gopher-repetition.duplicate-paragraph-characters", ">", 0.20)]
    [InlineData("gopher-repetition.top-2-gram", ">", 0.20)]
    [InlineData("gopher-repetition.top-3-gram", ">", 0.18)]
    [InlineData("gopher-repetition.top-4-gram", ">", 0.16)]
    [InlineData("gopher-repetition.duplicate-5-grams", ">", 0.15)]
    [InlineData("gopher-repetition.duplicate-6-grams", ">", 0.14)]
    [InlineData("gopher-repetition.duplicate-7-grams", ">", 0.13)]
    [InlineData("gopher-repetition.duplicate-8-grams", ">", 0.12)]
    [InlineData("gopher-repetition.duplicate-9-grams", ">", 0.11)]
    [InlineData("gopher-repetition.duplicate-10-grams", ">", 0.10)]
    [InlineData("c4.too-few-sentences", "<", 5)]
    [InlineData("c4.lorem-ipsum", ">", 0)]
    [InlineData("c4.curly-bracket", ">", 0)]
    [InlineData("fineweb.line-punctuation", "<", 0.12)]
    [InlineData("fineweb.short-lines", ">", 0.67)]
    [InlineData("fineweb.duplicate-line-characters", ">", 0.01)]
    [InlineData("fineweb.newlines-per-word", ">", 0.3)]
    [InlineData("language.confidence", "<", 0.65)]
    public void The_preset_holds_the_published_threshold(string id, string op, double threshold)
    {
        var rule = Fineweb.Rules.Single(rule => rule.Id == id);

        Assert.Equal((op, threshold), (rule.Op, rule.Threshold));
    }

    [Fact]
    public void The_stop_word_rule_speaks_about_English_only()
    {
        var rule = Fineweb.Rules.Single(rule => rule.Id == "gopher-quality.stop-words");

        Assert.True(rule.AppliesTo("en", languagesAsked: false));
        Assert.False(rule.AppliesTo("de", languagesAsked: false));
    }

    [Fact]
    public void An_unknown_preset_is_a_problem_that_names_the_known_ones()
    {
        var error = Assert.Throws<ProblemException>(() => RuleSet.Load("../secret"));

        Assert.Equal("unknown_preset", error.Problem.Code);
        Assert.Contains("fineweb", error.Problem.Message, StringComparison.Ordinal);
    }
}
