using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Engine;

public sealed class SamplerTests
{
    // e^1 : e^2 : e^3 : e^4, shuffled over six ids of which two are far off.
    private static readonly float[] Logits = [2, -30, 4, 1, 3, -30];

    [Fact]
    public void Temperature_zero_takes_the_most_likely() => Assert.Equal(2, Choose(new() { Temperature = 0 }));

    [Theory]
    [InlineData(double.Epsilon)]
    [InlineData(1e-30)]
    [InlineData(1e-4)]
    public void A_temperature_near_zero_takes_the_most_likely_too(double temperature) => Assert.Equal(2, Choose(new() { Temperature = temperature }));

    [Fact]
    public void Frequencies_hold_across_a_vocabulary_of_many_blocks()
    {
        var logits = new float[1000];
        Array.Fill(logits, float.NegativeInfinity);
        foreach (var id in (int[])[0, 127, 128, 500, 999])
            logits[id] = 1;
        var counts = Draw(logits, new() { Temperature = 1 }, 50_000);
        Assert.Equal(50_000, counts[0] + counts[127] + counts[128] + counts[500] + counts[999]);
        Assert.All((int[])[0, 127, 128, 500, 999], id => Assert.Equal(10_000, counts[id], 500.0));
    }

    [Fact]
    public void Ties_go_to_the_lowest_id() => Assert.Equal(1, new Sampler(3).Choose([0, 5, 5], new() { Temperature = 0 }, ref Unused));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_not_numbers_choose_nothing(float broken) =>
        Assert.Equal(-1, new Sampler(3).Choose([0, broken, 1], new() { Temperature = 1 }, ref Unused));

    [Fact]
    public void Excluded_tokens_are_never_chosen()
    {
        var counts = Draw([float.NegativeInfinity, 1, float.NegativeInfinity], new() { Temperature = 2 }, 1000);
        Assert.Equal([0, 1000, 0], counts);
    }

    [Fact]
    public void The_same_seed_gives_the_same_tokens() =>
        Assert.Equal(Sequence(new SplitMix(5), new Sampler(6)), Sequence(new SplitMix(5), new Sampler(6)));

    [Fact]
    public void Other_requests_on_the_same_sampler_change_nothing()
    {
        var shared = new Sampler(6);
        var other = new SplitMix(99);
        var alone = Sequence(new SplitMix(5), new Sampler(6));
        var mixed = Sequence(new SplitMix(5), shared, () => shared.Choose([9, 1, 4, 0, 2, 2], new() { Temperature = 2, TopP = 0.7 }, ref other));
        Assert.Equal(alone, mixed);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    [InlineData(2.0)]
    public void Frequencies_are_those_of_the_softmax(double temperature)
    {
        var counts = Draw(Logits, new() { Temperature = temperature }, 100_000);
        var weights = Logits.Select(logit => Math.Exp(logit / temperature)).ToArray();
        for (var id = 0; id < counts.Length; id++)
            Assert.Equal(weights[id] / weights.Sum(), counts[id] / 100_000.0, 0.01);
    }

    [Fact]
    public void Top_k_keeps_the_k_most_likely_in_proportion()
    {
        var counts = Draw(Logits, new() { Temperature = 1, TopK = 2 }, 100_000);
        Assert.Equal(100_000, counts[2] + counts[4]);
        Assert.Equal(Math.E, (double)counts[2] / counts[4], 0.1);
    }

    [Fact]
    public void Top_p_keeps_the_smallest_set_with_that_mass()
    {
        // Masses: 0.644, 0.237, 0.087, 0.032.
        Assert.Equal([2], Chosen(0.6));
        Assert.Equal([2, 4], Chosen(0.7));
        Assert.Equal([0, 2, 4], Chosen(0.9));
        Assert.Equal([0, 2, 3, 4], Chosen(0.999));

        static int[] Chosen(double topP) =>
            [.. Draw(Logits, new() { Temperature = 1, TopP = topP }, 20_000).Select((count, id) => (count, id)).Where(c => c.count > 0).Select(c => c.id)];
    }

    [Fact]
    public void A_tiny_top_p_still_keeps_one_token() => Assert.Equal(2, Choose(new() { Temperature = 1, TopP = 1e-9 }));

    [Fact]
    public void Choosing_allocates_nothing_once_warm()
    {
        var sampler = new Sampler(6);
        var random = new SplitMix(1);
        SamplingSpec spec = new() { Temperature = 1, TopK = 4, TopP = 0.9 };
        for (var i = 0; i < 100; i++)
            sampler.Choose(Logits, spec, ref random);
        Assert.Equal(0, Allocations.OfEvery(() => sampler.Choose(Logits, spec, ref random)));
    }

    private static SplitMix Unused;

    private static int Choose(SamplingSpec spec) => new Sampler(6).Choose(Logits, spec, ref Unused);

    private static int[] Draw(float[] logits, SamplingSpec spec, int times)
    {
        var (sampler, random, counts) = (new Sampler(logits.Length), new SplitMix(1), new int[logits.Length]);
        for (var i = 0; i < times; i++)
            counts[sampler.Choose(logits, spec, ref random)]++;
        return counts;
    }

    private static int[] Sequence(SplitMix random, Sampler sampler, Action? between = null)
    {
        var tokens = new int[50];
        for (var i = 0; i < tokens.Length; i++)
        {
            tokens[i] = sampler.Choose(Logits, new() { Temperature = 1.3, TopP = 0.95 }, ref random);
            between?.Invoke();
        }
        return tokens;
    }
}
