namespace Aigc.Inference.Engine.Managed;

/// <summary>Quantised rows times a packed matrix, a range of sixteens of outputs: what one thread does of a projection.</summary>
internal sealed unsafe class MatrixKernel(KernelSet set)
{
    /// <summary>Rows that share one pass over the weights.</summary>
    public const int Together = 4;

    /// <summary>Outputs 16·<paramref name="first"/> to 16·<paramref name="end"/> − 1 of each row.</summary>
    /// <param name="matrix">Weights.</param>
    /// <param name="first">First group.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="rows">Activations, quantised for the same bits.</param>
    /// <param name="count">How many of the rows.</param>
    /// <param name="output">Row by row.</param>
    /// <param name="stride">Floats from row to row of it.</param>
    public void Run(PackedMatrix matrix, int first, int end, QuantisedRows rows, int count, float* output, int stride)
    {
        for (var group = first; group < end; group++)
        {
            var (weights, scales, row) = ((nint)matrix.Weights(group), (nint)matrix.Scales(group), 0);
            for (; row + Together <= count; row += Together)
                Four((byte*)weights, (ushort*)scales, matrix, rows, row, output + ((long)row * stride) + (group * PackedMatrix.Lanes), stride);
            for (; row < count; row++)
                One((byte*)weights, (ushort*)scales, matrix, rows, row, output + ((long)row * stride) + (group * PackedMatrix.Lanes));
        }
    }

    private void One(byte* weights, ushort* scales, PackedMatrix matrix, QuantisedRows rows, int row, float* output)
    {
        var (x, xs, xc) = ((nint)rows.Values(row), (nint)rows.Scales(row), (nint)rows.Corrections(row));
        switch (set)
        {
            case KernelSet.Avx512 when matrix.Bits == 8: Avx512Kernels.Int8(weights, scales, matrix.Blocks, (byte*)x, (float*)xs, (int*)xc, output); break;
            case KernelSet.Avx512: Avx512Kernels.Int4(weights, scales, matrix.Blocks, (byte*)x, (float*)xs, (int*)xc, output); break;
            case KernelSet.Avx2 when matrix.Bits == 8: Avx2Kernels.Int8(weights, scales, matrix.Blocks, (byte*)x, (float*)xs, (int*)xc, output); break;
            case KernelSet.Avx2: Avx2Kernels.Int4(weights, scales, matrix.Blocks, (byte*)x, (float*)xs, (int*)xc, output); break;
            default: PortableKernels.Row(weights, scales, matrix.Blocks, matrix.Bits, (byte*)x, (float*)xs, (int*)xc, output); break;
        }
    }

    private void Four(byte* weights, ushort* scales, PackedMatrix matrix, QuantisedRows rows, int row, float* output, int stride)
    {
        if (set != KernelSet.Avx512)
        {
            for (var i = 0; i < Together; i++)
                One(weights, scales, matrix, rows, row + i, output + ((long)i * stride));
            return;
        }
        var (x, xs, xc) = ((nint)rows.Values(row), (nint)rows.Scales(row), (nint)rows.Corrections(row));
        if (matrix.Bits == 8)
            Avx512Kernels.Int8Four(weights, scales, matrix.Blocks, (byte*)x, rows.RowBytes, (float*)xs, (int*)xc, output, stride);
        else
            Avx512Kernels.Int4Four(weights, scales, matrix.Blocks, (byte*)x, rows.RowBytes, (float*)xs, (int*)xc, output, stride);
    }
}
