using Aigc.Trainer.Evaluation;

namespace Aigc.Trainer.Tests;

public sealed class ByteTrigramTests
{
    static ByteTrigram Learned(params string[] documents)
    {
        var model = new ByteTrigram();
        foreach (var document in documents)
            model.Learn(document);
        return model;
    }

    [Theory]
    [InlineData('t', 'h')]
    [InlineData('q', 'z')]
    [InlineData(256, 256)]
    [InlineData(256, 'a')]
    [InlineData('x', 'e')]
    public void Probabilities_of_all_symbols_sum_to_one_in_every_context(int before, int last)
    {
        var model = Learned("the cat and the hat", "then they thought", "naïve 日本");
        var sum = Enumerable.Range(0, ByteTrigram.Symbols).Sum(symbol => model.Probability(before, last, symbol));
        Assert.Equal(1, sum, 12);
    }

    [Fact]
    public void Nothing_learned_is_the_uniform_distribution() =>
        Assert.Equal(4 * Math.Log2(257), Learned().Bits("abc"), 9);

    /// <summary>"ab" seen once. P(a|start,start): unigram (1 + 3/257)/6, bigram and trigram (1 + p)/2.</summary>
    [Fact]
    public void A_probability_is_what_the_formula_gives()
    {
        var unigram = (1 + (3 / 257.0)) / 6;
        var bigram = (1 + unigram) / 2;
        Assert.Equal((1 + bigram) / 2, Learned("ab").Probability(256, 256, 'a'), 12);
    }

    [Fact]
    public void Text_like_the_learned_costs_less()
    {
        var model = Learned("the cat sat on the mat", "the dog sat on the log");
        Assert.True(model.Bits("the cat sat on the log") < model.Bits("zqj xkv wpf on qqq xxx") / 2);
    }
}
