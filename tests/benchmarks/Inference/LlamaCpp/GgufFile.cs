using System.Buffers.Binary;
using System.Text;

namespace Aigc.Benchmarks.Inference.LlamaCpp;

/// <summary>Element types of GGUF tensors, by their numbers in ggml.</summary>
internal enum GgufType
{
    F32 = 0,
    Q4_0 = 2,
    Q8_0 = 8,
}

/// <summary>
/// Writes one GGUF file of version 3: facts, the list of tensors, then their bytes at multiples of 32. Tensors are made while they are written, so
/// only one of them is in memory.
/// </summary>
internal sealed class GgufFile
{
    private const int Alignment = 32;
    private readonly MemoryStream _facts = new();
    private readonly List<(string Name, long[] Dimensions, GgufType Type, long Bytes, Func<byte[]> Make)> _tensors = [];
    private ulong _factCount;

    public GgufFile Fact(string key, string value) => Fact(key, 8, Text(value));

    public GgufFile Fact(string key, int value) => Fact(key, 4, Bytes((ulong)value, 4));

    public GgufFile Fact(string key, float value) => Fact(key, 6, Bytes(BitConverter.SingleToUInt32Bits(value), 4));

    /// <summary>Adds a tensor of <paramref name="rows"/> rows; 0 for a vector.</summary>
    public void Tensor(string name, int columns, int rows, GgufType type, Func<byte[]> make)
    {
        var values = (long)columns * Math.Max(rows, 1);
        var bytes = type switch { GgufType.Q4_0 => values / 32 * 18, GgufType.Q8_0 => values / 32 * 34, _ => values * 4 };
        _tensors.Add((name, rows == 0 ? [columns] : [columns, rows], type, bytes, make));
    }

    /// <summary>Writes the file.</summary>
    public void Write(string path)
    {
        using var file = File.Create(path);
        file.Write("GGUF"u8);
        file.Write(Bytes(3, 4));
        file.Write(Bytes((ulong)_tensors.Count, 8));
        file.Write(Bytes(_factCount, 8));
        file.Write(_facts.ToArray());
        var offset = 0L;
        foreach (var (name, dimensions, type, bytes, _) in _tensors)
        {
            file.Write(Text(name));
            file.Write(Bytes((ulong)dimensions.Length, 4));
            foreach (var dimension in dimensions)
                file.Write(Bytes((ulong)dimension, 8));
            file.Write(Bytes((ulong)type, 4));
            file.Write(Bytes((ulong)offset, 8));
            offset += Padded(bytes);
        }

        file.Position = Padded(file.Position);
        foreach (var (name, _, _, bytes, make) in _tensors)
        {
            var made = make();
            if (made.LongLength != bytes)
                throw new InvalidOperationException($"{name} has {made.LongLength} bytes instead of {bytes}.");
            file.Write(made);
            file.Position = Padded(file.Position);
        }

        file.SetLength(file.Position);
    }

    private GgufFile Fact(string key, ulong type, byte[] value)
    {
        _facts.Write(Text(key));
        _facts.Write(Bytes(type, 4));
        _facts.Write(value);
        _factCount++;
        return this;
    }

    private static long Padded(long position) => (position + Alignment - 1) / Alignment * Alignment;

    private static byte[] Text(string text) => [.. Bytes((ulong)Encoding.UTF8.GetByteCount(text), 8), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Bytes(ulong value, int count)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes[..count].ToArray();
    }
}
