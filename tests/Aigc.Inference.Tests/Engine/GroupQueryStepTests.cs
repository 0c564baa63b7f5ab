using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Engine;

/// <summary>The traps of the attention operator: what would be silently wrong is refused before it runs.</summary>
public sealed class GroupQueryStepTests
{
    [Fact]
    public void A_first_chunk_has_a_total_equal_to_its_length() => Assert.Equal((4, 5), GroupQueryStep.Prefill(0, 5, 64));

    [Fact]
    public void A_chunk_behind_a_past_has_a_total_above_its_length_or_the_past_would_be_ignored() =>
        Assert.Equal((14, 15), GroupQueryStep.Prefill(10, 5, 64));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, -1)]
    [InlineData(-1, 3)]
    [InlineData(60, 5)]
    [InlineData(64, 1)]
    public void Chunks_that_are_empty_or_leave_the_slot_are_refused(int position, int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupQueryStep.Prefill(position, count, 64));

    [Fact]
    public void A_decode_run_has_the_largest_length_plus_one()
    {
        var seqLensK = new int[3];
        Assert.Equal(18, GroupQueryStep.Decode([3, 17, 9], 64, seqLensK));
        Assert.Equal([3, 17, 9], seqLensK);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(64)]
    public void Rows_without_a_past_or_without_room_are_refused(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupQueryStep.Decode([5, length], 64, new int[2]));

    [Fact]
    public void A_decode_run_without_rows_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupQueryStep.Decode([], 64, []));

    [Theory]
    [InlineData(-1)]
    [InlineData(100)]
    public void Tokens_outside_the_embedding_are_refused(int token) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => GroupQueryStep.CopyTokens([token], 100, new long[1]));
}
