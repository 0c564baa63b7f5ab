using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Aigc.Models.Folders;

/// <summary>Where a tensor lies in a safetensors file.</summary>
/// <param name="Type"><c>F32</c>, <c>F16</c>, <c>BF16</c> or a type that is not read here.</param>
/// <param name="Shape">Dimensions.</param>
/// <param name="Begin">First byte, from the end of the header.</param>
/// <param name="End">Byte behind the last.</param>
public sealed record SafeTensor(string Type, IReadOnlyList<long> Shape, long Begin, long End);

/// <summary>
/// Reads a safetensors file: the length of a JSON header, the header, and the tensors behind it. The header is checked whole before anything is
/// allocated for a tensor: sizes follow from shapes, and tensors neither overlap nor leave the file.
/// </summary>
public sealed class SafeTensors : IDisposable
{
    const int LongestHeader = 16 << 20;
    const int MostDimensions = 8;
    readonly FileStream file;
    readonly long start;
    readonly Dictionary<string, SafeTensor> tensors;

    SafeTensors(FileStream file, long start, Dictionary<string, SafeTensor> tensors) => (this.file, this.start, this.tensors) = (file, start, tensors);

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafeTensor> Tensors => tensors;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="FormatException">Says what is wrong, and with which tensor.</exception>
    public static SafeTensors Open(string path)
    {
        var file = File.OpenRead(path);
        try
        {
            var (start, tensors) = Header(file);
            return new(file, start, tensors);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The values of a tensor in single precision.</summary>
    /// <exception cref="FormatException">It is not there, or of a type that is not read.</exception>
    public float[] Read(string name)
    {
        var tensor = tensors.TryGetValue(name, out var found) ? found : throw new FormatException($"it has no tensor \"{name}\"");
        if (tensor.Type is not ("F32" or "F16" or "BF16"))
            throw new FormatException($"tensor \"{name}\" is of type {tensor.Type}; F32, F16 and BF16 are read");
        var length = tensor.End - tensor.Begin;
        if (length > Array.MaxLength)
            throw new FormatException($"tensor \"{name}\" is larger than {Array.MaxLength} bytes");
        file.Position = start + tensor.Begin;
        var bytes = new byte[length];
        file.ReadExactly(bytes);
        return tensor.Type switch
        {
            "F32" => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
            "F16" => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(bytes).ToArray(), half => (float)half),
            _ => Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes).ToArray(), upper => BitConverter.UInt32BitsToSingle((uint)upper << 16)),
        };
    }

    /// <inheritdoc />
    public void Dispose() => file.Dispose();

    static (long Start, Dictionary<string, SafeTensor> Tensors) Header(FileStream file)
    {
        Span<byte> prefix = stackalloc byte[8];
        if (file.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
            throw new FormatException("it is shorter than the length of its header");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LongestHeader || (long)length > file.Length - 8)
            throw new FormatException($"its header claims {length} bytes, more than the file has or than the {LongestHeader} that are read");
        var bytes = new byte[length];
        file.ReadExactly(bytes);
        using var header = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8 });
        if (header.RootElement.ValueKind != JsonValueKind.Object)
            throw new FormatException("its header is not a JSON object");
        var data = file.Length - 8 - (long)length;
        var tensors = new Dictionary<string, SafeTensor>(StringComparer.Ordinal);
        foreach (var entry in header.RootElement.EnumerateObject())
        {
            if (entry.Name != "__metadata__" && !tensors.TryAdd(entry.Name, Entry(entry.Name, entry.Value, data)))
                throw new FormatException($"tensor \"{entry.Name}\" is there twice");
        }

        Disjoint(tensors);
        return (8 + (long)length, tensors);
    }

    static SafeTensor Entry(string name, JsonElement entry, long data)
    {
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("dtype", out var type) || type.ValueKind != JsonValueKind.String
            || Numbers(entry, "shape", MostDimensions) is not { } shape || Numbers(entry, "data_offsets", 2) is not { Count: 2 } offsets)
            throw new FormatException($"tensor \"{name}\" has no dtype, shape and data_offsets as the format wants them");
        if (offsets[0] > offsets[1] || offsets[1] > data)
            throw new FormatException($"tensor \"{name}\" lies outside of the file");
        var size = type.GetString() switch
        {
            "F64" or "I64" or "U64" => 8,
            "F32" or "I32" or "U32" => 4,
            "F16" or "BF16" or "I16" or "U16" => 2,
            _ => 1,
        };
        var values = 1L;
        foreach (var dimension in shape)
        {
            // Bounded by the file's own length at every factor, so the product cannot overflow.
            if (dimension > 0 && values > data / dimension)
                throw new FormatException($"the shape of tensor \"{name}\" is larger than the file");
            values *= dimension;
        }

        return values * size == offsets[1] - offsets[0]
            ? new(type.GetString()!, shape, offsets[0], offsets[1])
            : throw new FormatException($"tensor \"{name}\" has another size than its shape says");
    }

    static List<long>? Numbers(JsonElement entry, string key, int most)
    {
        if (!entry.TryGetProperty(key, out var array) || array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > most)
            return null;
        var numbers = new List<long>();
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var number) || number < 0)
                return null;
            numbers.Add(number);
        }

        return numbers;
    }

    static void Disjoint(Dictionary<string, SafeTensor> tensors)
    {
        var end = 0L;
        foreach (var (name, tensor) in tensors.Where(entry => entry.Value.End > entry.Value.Begin).OrderBy(entry => entry.Value.Begin))
        {
            if (tensor.Begin < end)
                throw new FormatException($"tensor \"{name}\" overlaps another");
            end = tensor.End;
        }
    }
}
