using System.Diagnostics.CodeAnalysis;

namespace Aigc.Models.Llama;

/// <summary>How the projections of an exported graph are stored.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The formats' own names.")]
public enum WeightFormat
{
    /// <summary>32-bit floats: exact, for parity checks.</summary>
    Fp32,

    /// <summary>8-bit integers with one scale for 32 weights (<c>MatMulNBits</c>): the default for serving.</summary>
    Int8,
}

/// <summary>Weights as unsigned bytes around 128, a scale for each block of a row.</summary>
internal static class BlockQuantizer
{
    public const int Block = 32;

    /// <summary>
    /// Symmetric 8-bit quantisation of <c>[rows, columns]</c>. The scale is rounded to half precision first, so that the figures do not
    /// change when a graph stores scales that way.
    /// </summary>
    public static (byte[] Values, float[] Scales) Int8(ReadOnlySpan<float> weights, int columns)
    {
        if (columns % Block != 0)
            throw new ArgumentException($"A row of {columns} weights does not divide into blocks of {Block}.", nameof(columns));
        var values = new byte[weights.Length];
        var scales = new float[weights.Length / Block];
        for (var block = 0; block < scales.Length; block++)
        {
            var part = weights.Slice(block * Block, Block);
            var largest = 0f;
            foreach (var weight in part)
                largest = MathF.Max(largest, MathF.Abs(weight));
            var scale = (float)(Half)(largest / 127);
            var inverse = scale > 0 ? 1 / scale : 0;
            scales[block] = scale;
            for (var i = 0; i < Block; i++)
                values[(block * Block) + i] = (byte)(Math.Clamp((int)MathF.Round(part[i] * inverse), -128, 127) + 128);
        }

        return (values, scales);
    }
}
