using System.Runtime.InteropServices;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Engine.Managed;

/// <summary>Where a quantised matrix lies in a file.</summary>
internal sealed record QuantisedTensor(OnnxTensor Values, OnnxTensor Scales, int Blocks, int BlockLength, int RowBytes)
{
    /// <summary>The matrix of that name, its shape checked.</summary>
    /// <exception cref="FormatException">It is not there, or has another shape.</exception>
    public static QuantisedTensor Find(OnnxTensors file, string name, int outputs, int inputs, int bits)
    {
        var values = file.Tensors.GetValueOrDefault(name + ".q") ?? throw new FormatException($"the graph has no \"{name}.q\"");
        if (values.Type != OnnxType.U8 || values.Dimensions is not [var rows, var blocks and > 0, var bytes] || rows != outputs || blocks > inputs || inputs % blocks != 0
            || inputs / blocks is not (32 or 64 or 128) || bytes * 8 != inputs / blocks * bits)
            throw new FormatException($"\"{name}.q\" is {values.Type} [{string.Join(", ", values.Dimensions)}], not {outputs} rows of {inputs} weights of {bits} bits in blocks of 32, 64 or 128");
        if (file.Stored(values) < (long)outputs * inputs * bits / 8)
            throw new FormatException($"the values of \"{name}.q\" are cut off");
        var scales = FloatTensor.Find(file, name + ".s", outputs * blocks);
        return new(values, scales, (int)blocks, (int)(inputs / blocks), inputs * bits / 8);
    }

    /// <summary>Reads rows.</summary>
    public void Read(OnnxTensors file, int row, int count, Span<byte> values, Span<float> scales)
    {
        file.Read(Values, (long)row * RowBytes, values[..(count * RowBytes)]);
        file.Read(Scales, (long)row * Blocks * sizeof(float), MemoryMarshal.AsBytes(scales[..(count * Blocks)]));
    }
}

/// <summary>Floats of a file.</summary>
internal static class FloatTensor
{
    /// <summary>The tensor of that name, its number of values checked.</summary>
    /// <exception cref="FormatException">It is not there, or has another shape.</exception>
    public static OnnxTensor Find(OnnxTensors file, string name, long count)
    {
        var tensor = file.Tensors.GetValueOrDefault(name) ?? throw new FormatException($"the graph has no \"{name}\"");
        if (tensor.Type != OnnxType.F32 || tensor.Dimensions.Any(d => d <= 0) || tensor.Dimensions.Aggregate(1m, (product, d) => product * d) != count)
            throw new FormatException($"\"{name}\" is {tensor.Type} [{string.Join(", ", tensor.Dimensions)}], not {count} floats");
        if (file.Stored(tensor) < count * sizeof(float))
            throw new FormatException($"the values of \"{name}\" are cut off");
        return tensor;
    }

    /// <summary>A tensor of that many values.</summary>
    public static NativeBuffer<float> Read(OnnxTensors file, string name, long count)
    {
        Find(file, name, count);
        return ReadFirst(file, name, count);
    }

    /// <summary>The first values of a tensor that was found before, in pieces that a span can hold.</summary>
    public static NativeBuffer<float> ReadFirst(OnnxTensors file, string name, long count)
    {
        const int Piece = 1 << 20;
        var buffer = new NativeBuffer<float>(count);
        try
        {
            for (long at = 0; at < count; at += Piece)
                file.Read(file.Tensors[name], at * sizeof(float), MemoryMarshal.AsBytes(buffer.Slice(at, (int)Math.Min(Piece, count - at))));
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }
}
