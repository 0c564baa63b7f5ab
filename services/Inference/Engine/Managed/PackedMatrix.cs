using Aigc.Models.Onnx;

namespace Aigc.Inference.Engine.Managed;

/// <summary>
/// A quantised matrix as the kernels want it: sixteen outputs side by side, so that a vector holds the same four inputs of sixteen outputs, sums stay in
/// their lanes, and an output's blocks are added in one order whatever else is computed. Inputs go in blocks of 32 with a half-precision scale for each output.
/// </summary>
/// <remarks>
/// Block <c>b</c> of group <c>g</c> (outputs 16g … 16g+15) is at <c>(g·Blocks + b)·BlockBytes</c>. int8: byte 64·(i/4) + 4·lane + i%4 is the signed weight
/// of input i. int4: byte 64·(i%16/4) + 4·lane + i%4 has the weight (+8) of input i in its low half for i &lt; 16 and in its high half from 16 on.
/// Longer blocks of a file become several of 32 with the same scale. Outputs are filled up to a multiple of 16 with scales of zero.
/// </remarks>
internal sealed unsafe class PackedMatrix : IDisposable
{
    /// <summary>Inputs that share a scale.</summary>
    public const int Block = 32;

    /// <summary>Outputs side by side.</summary>
    public const int Lanes = 16;

    // Outputs that are read from the file at once; feed-forward matrices change between gate and up at this distance.
    public const int Run = 32;

    private readonly NativeBuffer<byte> _weights;
    private readonly NativeBuffer<ushort> _scales;

    /// <summary>Packs <c>name.q</c> [outputs, blocks, block·bits/8] and <c>name.s</c> [outputs·blocks].</summary>
    /// <param name="file">The file's values.</param>
    /// <param name="name">Name without its ending.</param>
    /// <param name="outputs">Rows of the matrix.</param>
    /// <param name="inputs">Columns.</param>
    /// <param name="bits">8 or 4.</param>
    /// <param name="order">First row in the file of the <see cref="Run"/> outputs that start at a packed one; null: as they lie.</param>
    /// <exception cref="FormatException">The file has another shape, or scales that half precision does not hold.</exception>
    public PackedMatrix(OnnxTensors file, string name, int outputs, int inputs, int bits, Func<int, int>? order = null)
    {
        (Outputs, Inputs, Bits, Blocks, Groups) = (outputs, inputs, bits, inputs / Block, (outputs + Lanes - 1) / Lanes);
        var source = QuantisedTensor.Find(file, name, outputs, inputs, bits);
        _weights = new((long)Groups * Blocks * BlockBytes, written: true);
        _scales = new((long)Groups * Blocks * Lanes, written: true);
        try
        {
            var (rows, scales) = (new byte[Run * source.RowBytes], new float[Run * source.Blocks]);
            for (var first = 0; first < outputs; first += Run)
            {
                var count = Math.Min(Run, outputs - first);
                source.Read(file, order?.Invoke(first) ?? first, count, rows, scales);
                for (var row = 0; row < count; row++)
                    Pack(first + row, rows.AsSpan(row * source.RowBytes, source.RowBytes), scales.AsSpan(row * source.Blocks, source.Blocks), source.BlockLength, name);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Outputs { get; }

    public int Inputs { get; }

    public int Bits { get; }

    /// <summary>Blocks of an output.</summary>
    public int Blocks { get; }

    /// <summary>Sixteens of outputs.</summary>
    public int Groups { get; }

    /// <summary>Bytes of a block of sixteen outputs.</summary>
    public int BlockBytes => Block * Lanes * Bits / 8;

    public long Bytes => _weights.Bytes + _scales.Bytes;

    /// <summary>Weights of a group.</summary>
    public byte* Weights(int group) => (byte*)_weights.Address((long)group * Blocks * BlockBytes);

    /// <summary>Scales of a group, sixteen a block.</summary>
    public ushort* Scales(int group) => (ushort*)_scales.Address((long)group * Blocks * Lanes);

    /// <summary>A row as floats: what the matrix holds of a token.</summary>
    public void Row(int row, float* into)
    {
        var (group, lane) = (row / Lanes, row % Lanes);
        for (var b = 0; b < Blocks; b++)
        {
            var weights = Weights(group) + (b * BlockBytes) + (lane * 4);
            var scale = (float)BitConverter.UInt16BitsToHalf(Scales(group)[(b * Lanes) + lane]);
            for (var i = 0; i < Block; i++)
                into[(b * Block) + i] = scale * (Bits == 8 ? (sbyte)weights[(i / 4 * 64) + (i % 4)] : ((weights[(i % 16 / 4 * 64) + (i % 4)] >> (i < 16 ? 0 : 4)) & 15) - 8);
        }
    }

    public void Dispose()
    {
        _weights.Dispose();
        _scales.Dispose();
    }

    private void Pack(int row, ReadOnlySpan<byte> values, ReadOnlySpan<float> scales, int blockLength, string name)
    {
        var (group, lane) = (row / Lanes, row % Lanes);
        for (var b = 0; b < Blocks; b++)
        {
            var scale = scales[b * Block / blockLength];
            var half = (Half)scale;
            // Not a number, or more than sixteen bits hold: not what our export writes, and it would compute something else.
            if ((float)half != scale)
                throw new FormatException($"\"{name}.s\" has scales that half precision does not hold");
            Scales(group)[(b * Lanes) + lane] = BitConverter.HalfToUInt16Bits(half);
            var to = Weights(group) + (b * BlockBytes) + (lane * 4);
            if (Bits == 8)
            {
                for (var i = 0; i < Block; i++)
                    to[(i / 4 * 64) + (i % 4)] = (byte)(values[(b * Block) + i] ^ 0x80);
                continue;
            }
            for (var i = 0; i < Block; i++)
            {
                var nibble = (values[((b * Block) + i) / 2] >> (i % 2 * 4)) & 15;
                to[(i % 16 / 4 * 64) + (i % 4)] |= (byte)(i < 16 ? nibble : nibble << 4);
            }
        }
    }
}
