using Aigc.Trainer.Data;
using Aigc.Trainer.Fitting;

namespace Aigc.Trainer.Tests;

public sealed class BatchOrderTests
{
    const int Length = 8;

    static TokenStream Stream(int tokens, int first = 0) => new([.. Enumerable.Range(first, tokens).Select(i => (ushort)i)], 1);

    static long[] Row(BatchOrder order, long row)
    {
        var (inputs, targets) = (new long[Length], new long[Length]);
        order.Fill(row, inputs, targets);
        Assert.Equal(inputs[1..], targets[..^1]);
        return inputs;
    }

    [Fact]
    public void A_row_depends_on_seed_and_number_alone()
    {
        var one = new BatchOrder(Stream(500), Stream(100, 1000), Length, seed: 7);
        var other = new BatchOrder(Stream(500), Stream(100, 1000), Length, seed: 7);
        var rows = Enumerable.Range(0, 200).Select(i => Row(one, i)).ToList();
        Assert.Equal(rows[150], Row(other, 150));
        Assert.Equal(rows[3], Row(other, 3));
        Assert.NotEqual(rows[3], Row(new BatchOrder(Stream(500), Stream(100, 1000), Length, seed: 8), 3));
    }

    [Fact]
    public void An_epoch_sees_every_chunk_once()
    {
        var order = new BatchOrder(Stream(81), TokenStream.Empty, Length, seed: 1);
        var starts = Enumerable.Range(0, 10).Select(i => Row(order, i)[0]).Order().ToList();
        Assert.Equal(10, starts.Distinct().Count());
        Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.Equal(Length, pair.Second - pair.First));
    }

    [Fact]
    public void One_row_in_seven_is_instruction_pairs()
    {
        var order = new BatchOrder(Stream(500), Stream(100, 1000), Length, seed: 1);
        Assert.Equal(10, Enumerable.Range(0, 70).Count(i => Row(order, i)[0] >= 1000));
    }

    [Fact]
    public void Pairs_alone_are_enough()
    {
        var order = new BatchOrder(Stream(3), Stream(100, 1000), Length, seed: 1);
        Assert.All(Enumerable.Range(0, 20), i => Assert.True(Row(order, i)[0] >= 1000));
    }

    [Fact]
    public void A_large_dataset_is_thinned_evenly_to_what_the_budget_reads()
    {
        var choice = new DocumentChoice(bytes: 1_000_000_000, tokenBudget: 10_000_000);
        var taken = Enumerable.Range(0, 100_000).Where(choice.Takes).ToList();
        Assert.InRange(taken.Count, 3_500, 4_500);
        Assert.InRange(taken.Count(n => n < 50_000), taken.Count * 0.45, taken.Count * 0.55);
        Assert.All(Enumerable.Range(0, 1000), n => Assert.True(new DocumentChoice(1000, 1_000_000).Takes(n)));
    }

    [Fact]
    public void The_learning_rate_rises_then_falls_over_the_budget()
    {
        Assert.True(Fitter.Rate(0) > 0);
        Assert.True(Fitter.Rate(0.01) < Fitter.Rate(0.04));
        Assert.True(Fitter.Rate(0.5) < Fitter.Rate(0.04));
        Assert.True(Fitter.Rate(1) < 0.1 * Fitter.Rate(0.5));
    }
}
