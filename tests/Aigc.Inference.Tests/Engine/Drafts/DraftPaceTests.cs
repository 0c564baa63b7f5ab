using Aigc.Inference.Engine.Drafts;

namespace Aigc.Inference.Tests.Engine.Drafts;

/// <summary>How many tokens are proposed, when a plain step takes 10 and the rest is said.</summary>
public sealed class DraftPaceTests
{
    private const double PlainStep = 10;

    [Theory]
    [InlineData(1, 1, 0.5, 8, 8)]
    [InlineData(0.9, 1, 0.5, 5, 8)]
    [InlineData(0.6, 1, 1, 1, 3)]
    [InlineData(0.3, 3, 2, 0, 0)]
    [InlineData(0.9, 1, 10, 0, 0)]
    [InlineData(0, 1, 0, 0, 0)]
    public void The_number_is_what_gives_most_tokens_a_second(double acceptance, double draft, double more, int least, int most)
    {
        var pace = new DraftPace(8);
        var counts = Play(pace, 2000, acceptance, draft, k => PlainStep + (k * more));
        // After the first measures; a few steps of trial are the price of finding out.
        Assert.InRange(counts.Skip(200).GroupBy(k => k).MaxBy(group => group.Count())!.Key, least, most);
    }

    [Fact]
    public void A_draft_that_never_pays_is_tried_less_and_less()
    {
        var counts = Play(new(8), 20_000, 0.1, 3, k => PlainStep + (2 * k));
        Assert.InRange(counts.Skip(500).Count(k => k > 0), 1, 200);
        Assert.InRange(counts.Skip(15_000).Count(k => k > 0), 4, 20);
    }

    [Fact]
    public void A_draft_that_became_better_is_found_out()
    {
        var pace = new DraftPace(8);
        Play(pace, 2000, 0.05, 1, _ => PlainStep + 2);
        Assert.True(pace.Acceptance < 0.4);
        Assert.True(Play(pace, 8000, 0.95, 1, _ => PlainStep + 2).TakeLast(100).Average() > 6);
    }

    [Fact]
    public void A_number_that_costs_less_than_the_line_through_its_neighbours_is_found()
    {
        // Four rows share a pass: three proposals cost as much as one.
        var counts = Play(new(8), 2000, 0.7, 1, k => PlainStep + (6 * ((k + 4) / 4)) - (k % 4 == 3 ? 6 : 0));
        Assert.Equal(3, counts.Skip(200).GroupBy(k => k).MaxBy(group => group.Count())!.Key);
    }

    [Fact]
    public void Steps_that_were_disturbed_do_not_end_it()
    {
        var pace = new DraftPace(8);
        Play(pace, 200, 0.9, 1, _ => PlainStep + 1);
        pace.Verified(8, 8, 100, 1000);
        Assert.True(pace.Next() > 0);
    }

    /// <summary>Proposals of each step.</summary>
    private static List<int> Play(DraftPace pace, int steps, double acceptance, double draft, Func<int, double> verify)
    {
        var (counts, random) = (new List<int>(), new Random(5));
        for (var step = 0; step < steps; step++)
        {
            var count = pace.Next();
            counts.Add(count);
            if (count == 0)
            {
                pace.Plain(PlainStep);
                continue;
            }
            var accepted = 0;
            while (accepted < count && random.NextDouble() < acceptance)
                accepted++;
            pace.Verified(count, accepted, count * draft, verify(count));
        }
        return counts;
    }
}
