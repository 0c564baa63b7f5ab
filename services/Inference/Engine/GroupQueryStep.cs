namespace Aigc.Inference.Engine;

/// <summary>
/// The scalar inputs of GroupQueryAttention (com.microsoft), computed and checked in this one place because the operator does not check them:
/// <list type="bullet">
/// <item><c>total_sequence_length == S</c> means "first prompt": the past is ignored and the logits are silently wrong. A chunk behind a past
/// passes position + S, which is larger; a decode run passes the largest length + 1 and therefore needs every row to hold a token.</item>
/// <item><c>seqlens_k</c> is a row's total length minus one, and zero tokens are refused.</item>
/// <item>A length beyond the buffer is written past the slot, into its neighbour.</item>
/// <item>On CPU several rows with more than one new token and a past are refused: prefill is one row, decode one token a row. The two methods
/// here have no other form.</item>
/// </list>
/// </summary>
internal static class GroupQueryStep
{
    /// <summary><c>total_sequence_length</c> and the single <c>seqlens_k</c> of a chunk of <paramref name="count"/> tokens.</summary>
    public static (int SeqLenK, int Total) Prefill(int position, int count, int slotLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var total = position + count;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(total, slotLength, nameof(count));
        return (total - 1, total);
    }

    /// <summary>Fills <paramref name="seqLensK"/> from the lengths before the run and returns <c>total_sequence_length</c>.</summary>
    public static int Decode(ReadOnlySpan<int> lengths, int slotLength, Span<int> seqLensK)
    {
        ArgumentOutOfRangeException.ThrowIfZero(lengths.Length, nameof(lengths));
        var longest = 0;
        for (var row = 0; row < lengths.Length; row++)
        {
            var length = lengths[row];
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length, nameof(lengths));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(length, slotLength, nameof(lengths));
            seqLensK[row] = length;
            longest = Math.Max(longest, length);
        }
        return longest + 1;
    }

    /// <summary>An id outside the embedding is read from whatever lies behind it; refused here.</summary>
    public static void CopyTokens(ReadOnlySpan<int> tokens, int vocabularySize, Span<long> into)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)tokens[i], (uint)vocabularySize, nameof(tokens));
            into[i] = tokens[i];
        }
    }
}
