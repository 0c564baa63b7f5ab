using System.Runtime.Intrinsics;

namespace Aigc.Inference.Engine.Managed;

/// <summary>
/// Rows of activations in bytes, by the same blocks of 32 as the weights: q = x / scale in −127 … 127, each row by itself. For int8 weights sizes and
/// signs lie apart (32 bytes of |q|, then 32 that are −1 where q is negative), since the processor multiplies unsigned by signed bytes; for int4 they are signed.
/// </summary>
internal sealed unsafe class QuantisedRows : IDisposable
{
    private readonly NativeBuffer<byte> _values;
    private readonly NativeBuffer<float> _scales;
    private readonly NativeBuffer<int> _corrections;
    private readonly int _bits;

    public QuantisedRows(int rows, int width, int bits)
    {
        (_bits, Blocks) = (bits, width / PackedMatrix.Block);
        RowBytes = Blocks * (bits == 8 ? 2 : 1) * PackedMatrix.Block;
        _values = new((long)rows * RowBytes);
        _scales = new((long)rows * Blocks);
        _corrections = new((long)rows * Blocks);
    }

    /// <summary>Blocks of a row.</summary>
    public int Blocks { get; }

    /// <summary>Bytes from row to row.</summary>
    public int RowBytes { get; }

    public byte* Values(int row) => (byte*)_values.Address((long)row * RowBytes);

    /// <summary>Scales of a row's blocks.</summary>
    public float* Scales(int row) => (float*)_scales.Address((long)row * Blocks);

    /// <summary>
    /// What a block's products lack: with int8 the sum of −q over negative q (multiplying |q| by the weight with every bit turned gives −|q|·w − |q|); with int4
    /// −8·Σq, since the nibbles are 8 too large.
    /// </summary>
    public int* Corrections(int row) => (int*)_corrections.Address((long)row * Blocks);

    /// <summary>Quantises 32 floats.</summary>
    public void Write(int row, int block, Vector512<float> low, Vector512<float> high)
    {
        var largest = Lanes.Max(Vector512.Max(Vector512.Abs(low), Vector512.Abs(high)));
        // Below, the inverse would be infinite; NaN passes through the scale and spoils the row, as it should.
        var tiny = largest < 1e-30f;
        var inverse = Vector512.Create(tiny ? 0 : 127 / largest);
        var a = Vector512.ConvertToInt32(Vector512.Round(low * inverse));
        var b = Vector512.ConvertToInt32(Vector512.Round(high * inverse));
        var words = Vector512.Narrow(a, b);
        var q = Vector256.Narrow(words.GetLower(), words.GetUpper());
        Scales(row)[block] = tiny ? 0 : largest / 127;
        if (_bits == 8)
        {
            var to = (sbyte*)Values(row) + (block * 2 * PackedMatrix.Block);
            Vector256.Abs(q).Store(to);
            Vector256.LessThan(q, Vector256<sbyte>.Zero).Store(to + PackedMatrix.Block);
            Corrections(row)[block] = -Vector512.Sum(Vector512.Min(a, Vector512<int>.Zero) + Vector512.Min(b, Vector512<int>.Zero));
        }
        else
        {
            q.Store((sbyte*)Values(row) + (block * PackedMatrix.Block));
            Corrections(row)[block] = -8 * Vector512.Sum(a + b);
        }
    }

    public void Dispose()
    {
        _values.Dispose();
        _scales.Dispose();
        _corrections.Dispose();
    }
}
