namespace Aigc.Models.Llama;

/// <summary>
/// Symmetric quantisation of <c>[rows, columns]</c> by blocks of a row: unsigned numbers around the middle of their range, which is the zero that
/// <c>MatMulNBits</c> assumes, and a scale for each block. Scales are rounded to half precision first, so that the figures do not change when
/// somebody stores them that way; with blocks of 32 the numbers are those of Q8_0 and Q4_0.
/// </summary>
internal static class BlockQuantizer
{
    /// <summary>Weights that share a scale by default.</summary>
    public const int Block = 32;

    /// <summary>A byte for each weight: q + 128 with q = w / scale in −127 … 127.</summary>
    public static (byte[] Values, float[] Scales) Int8(ReadOnlySpan<float> weights, int columns, int block = Block)
    {
        Require(columns, block);
        var values = new byte[weights.Length];
        var scales = new float[weights.Length / block];
        for (var b = 0; b < scales.Length; b++)
        {
            var part = weights.Slice(b * block, block);
            var scale = (float)(Half)(MathF.Abs(Largest(part)) / 127);
            var inverse = scale != 0 ? 1 / scale : 0;
            scales[b] = scale;
            for (var i = 0; i < block; i++)
                values[(b * block) + i] = (byte)(Math.Clamp((int)MathF.Round(part[i] * inverse), -128, 127) + 128);
        }

        return (values, scales);
    }

    /// <summary>
    /// Half a byte for each weight, the even one in the low half: q + 8 with q = w / scale in −8 … 7. The scale has the sign that puts the largest
    /// weight at −8, the end with room for it.
    /// </summary>
    public static (byte[] Values, float[] Scales) Int4(ReadOnlySpan<float> weights, int columns, int block = Block)
    {
        Require(columns, block);
        var values = new byte[weights.Length / 2];
        var scales = new float[weights.Length / block];
        for (var b = 0; b < scales.Length; b++)
        {
            var part = weights.Slice(b * block, block);
            var scale = (float)(Half)(Largest(part) / -8);
            var inverse = scale != 0 ? 1 / scale : 0;
            scales[b] = scale;
            for (var i = 0; i < block; i += 2)
                values[((b * block) + i) / 2] = (byte)(Nibble(part[i] * inverse) | (Nibble(part[i + 1] * inverse) << 4));
        }

        return (values, scales);
    }

    static int Nibble(float scaled) => Math.Clamp((int)(scaled + 8.5f), 0, 15);

    /// <summary>The weight of the largest size, with its sign.</summary>
    static float Largest(ReadOnlySpan<float> part)
    {
        var largest = 0f;
        foreach (var weight in part)
        {
            if (MathF.Abs(weight) > MathF.Abs(largest))
                largest = weight;
        }

        return largest;
    }

    static void Require(int columns, int block)
    {
        if (columns % block != 0)
            throw new ArgumentException($"A row of {columns} weights does not divide into blocks of {block}.", nameof(columns));
    }
}
