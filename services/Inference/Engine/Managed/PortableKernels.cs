namespace Aigc.Inference.Engine.Managed;

/// <summary>The matrix kernel without instructions in particular.</summary>
internal static unsafe class PortableKernels
{
    /// <summary>Sixteen outputs of one row.</summary>
    public static void Row(byte* weights, ushort* scales, int blocks, int bits, byte* x, float* xs, int* xc, float* output)
    {
        new Span<float>(output, PackedMatrix.Lanes).Clear();
        for (var b = 0; b < blocks; b++, weights += bits * 64, scales += PackedMatrix.Lanes, x += bits == 8 ? 64 : 32)
        {
            for (var lane = 0; lane < PackedMatrix.Lanes; lane++)
            {
                var sum = bits == 8 ? Int8(weights + (lane * 4), x) : Int4(weights + (lane * 4), (sbyte*)x);
                var scale = (float)BitConverter.UInt16BitsToHalf(scales[lane]) * xs[b];
                output[lane] = MathF.FusedMultiplyAdd(sum + xc[b], scale, output[lane]);
            }
        }
    }

    private static int Int8(byte* weights, byte* x)
    {
        var sum = 0;
        for (var i = 0; i < PackedMatrix.Block; i++)
            sum += x[i] * (sbyte)(weights[(i / 4 * 64) + (i % 4)] ^ x[PackedMatrix.Block + i]);
        return sum;
    }

    private static int Int4(byte* weights, sbyte* x)
    {
        var sum = 0;
        for (var i = 0; i < PackedMatrix.Block; i++)
            sum += x[i] * ((weights[(i % 16 / 4 * 64) + (i % 4)] >> (i < 16 ? 0 : 4)) & 15);
        return sum;
    }
}
