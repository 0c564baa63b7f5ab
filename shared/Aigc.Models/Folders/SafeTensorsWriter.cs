using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aigc.Models.Folders;

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Dimensions.</param>
/// <param name="Values">Row-major values, as many as the shape says.</param>
public sealed record NamedTensor(string Name, IReadOnlyList<long> Shape, float[] Values);

/// <summary>Writes safetensors files in single precision. The bytes depend on the tensors and their order alone.</summary>
public static class SafeTensorsWriter
{
    /// <summary>Writes a file; it appears whole or not at all.</summary>
    /// <exception cref="ArgumentException">A tensor has another number of values than its shape says.</exception>
    public static void Write(string path, IReadOnlyList<NamedTensor> tensors)
    {
        var header = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        var offset = 0L;
        foreach (var tensor in tensors)
        {
            if (tensor.Shape.Aggregate(1L, (a, b) => a * b) != tensor.Values.LongLength)
                throw new ArgumentException($"Tensor \"{tensor.Name}\" has {tensor.Values.Length} values, which is not what its shape says.", nameof(tensors));
            var end = offset + (tensor.Values.LongLength * sizeof(float));
            header.Add(tensor.Name, new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = new JsonArray([.. tensor.Shape.Select(dimension => JsonValue.Create(dimension))]),
                ["data_offsets"] = new JsonArray(offset, end),
            });
            offset = end;
        }

        // Blanks behind the header let the data begin at a multiple of eight, as other writers do.
        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var padded = (json.Length + 7) / 8 * 8;
        var part = path + ".part";
        using (var file = File.Create(part))
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)padded);
            file.Write(length);
            file.Write(json);
            for (var i = json.Length; i < padded; i++)
                file.WriteByte((byte)' ');
            foreach (var tensor in tensors)
                file.Write(MemoryMarshal.AsBytes<float>(tensor.Values));
        }

        File.Move(part, path, overwrite: true);
    }
}
