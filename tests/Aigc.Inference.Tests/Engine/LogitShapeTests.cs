using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Constraints;

namespace Aigc.Inference.Tests.Engine;

public sealed class LogitShapeTests
{
    [Fact]
    public void A_request_without_wishes_changes_nothing() => Assert.Null(LogitShape.For(new(), [1], 5, null));

    [Fact]
    public void The_repetition_penalty_divides_positive_and_multiplies_negative_logits_of_tokens_of_prompt_and_answer()
    {
        var row = Applied(new() { RepetitionPenalty = 2 }, [0, 1], [2], [4, -4, 4, 4]);
        Assert.Equal([2, -8, 2, 4], row);
    }

    [Fact]
    public void Frequency_counts_the_answer_alone_and_presence_once()
    {
        var row = Applied(new() { FrequencyPenalty = 0.5, PresencePenalty = 1 }, [0], [1, 1, 1, 2], [10, 10, 10, 10]);
        Assert.Equal([10, 7.5f, 8.5f, 10], row);
    }

    [Fact]
    public void Penalties_come_before_biases()
    {
        var row = Applied(new() { RepetitionPenalty = 2, LogitBias = new Dictionary<int, double> { [0] = 6, [1] = -100 } }, [0], [], [4, 4, 4]);
        Assert.Equal([8, -96, 4], row);
    }

    [Fact]
    public void Proposed_tokens_count_while_a_drafts_row_is_shaped_and_not_afterwards()
    {
        var shape = LogitShape.For(new() { FrequencyPenalty = 0.5, PresencePenalty = 1, RepetitionPenalty = 2, LogitBias = new Dictionary<int, double> { [9] = 1 } }, [0], 5, null)!;
        shape.Accept(1);
        float[] row = [8, 8, 8, 8];
        shape.Lean(row, [1, 2, 0, 2]);
        Assert.Equal([2.5f, 2, 2, 8], row);
        row = [8, 8, 8, 8, 8, 8, 8, 8, 8, 8];
        Assert.True(shape.Apply(row, 5));
        Assert.Equal([4, 2.5f, 8, 8, 8, 8, 8, 8, 8, 9], row);
    }

    [Fact]
    public void A_constraint_has_the_last_word()
    {
        var constraint = new Only(2);
        var shape = LogitShape.For(new() { LogitBias = new Dictionary<int, double> { [0] = 100 } }, [1], 5, constraint)!;
        float[] row = [1, 2, 3];
        Assert.True(shape.Apply(row, 10));
        Assert.Equal([float.NegativeInfinity, float.NegativeInfinity, 3], row);
        shape.Accept(2);
        Assert.Equal([2], constraint.Accepted);
    }

    [Fact]
    public void A_constraint_does_not_hide_logits_that_are_not_numbers() =>
        Assert.False(LogitShape.For(new(), [1], 5, new Only(2))!.Apply([float.NaN, 1, 1], 10));

    [Fact]
    public void A_row_with_everything_allocates_nothing()
    {
        var spec = new SamplingSpec
        {
            RepetitionPenalty = 1.1,
            FrequencyPenalty = 0.1,
            PresencePenalty = 0.1,
            LogitBias = new Dictionary<int, double> { [3] = 1 },
            TopK = 50,
            TopP = 0.9,
            MinP = 0.01,
        };
        var shape = LogitShape.For(spec, [.. Enumerable.Range(0, 100)], 100_000, null)!;
        var (sampler, random, row) = (new Sampler(5000), new SplitMix(1), new float[5000]);
        Assert.Equal(0, Allocations.OfEvery(() =>
        {
            for (var i = 0; i < row.Length; i++)
                row[i] = i * 37 % 101 / 10f;
            shape.Apply(row, 10);
            shape.Accept(sampler.Choose(row, spec, ref random));
        }));
    }

    private static float[] Applied(SamplingSpec spec, int[] prompt, int[] answer, float[] row)
    {
        var shape = LogitShape.For(spec, prompt, 10, null)!;
        foreach (var token in answer)
            shape.Accept(token);
        shape.Apply(row, 10);
        return row;
    }

    private sealed class Only(int token) : ITokenConstraint
    {
        public List<int> Accepted { get; } = [];

        public int LeastTokens => 1;

        public bool IsFinished => false;

        public void Apply(Span<float> logits, int remaining)
        {
            for (var i = 0; i < logits.Length; i++)
                logits[i] = i == token ? logits[i] : float.NegativeInfinity;
        }

        public void Accept(int chosen) => Accepted.Add(chosen);
    }
}
