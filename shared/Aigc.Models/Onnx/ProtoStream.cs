using System.Text;

namespace Aigc.Models.Onnx;

/// <summary>
/// Walks the fields of a protocol-buffers message in a file and passes over what is not asked for: weights are never read. A field that is not
/// entered is skipped by the next <see cref="Next"/>.
/// </summary>
/// <exception cref="FormatException">The bytes are not a message.</exception>
internal sealed class ProtoStream(Stream stream, long end)
{
    // Names, shapes and entries; nobody needs more, and a length in a file is not to be believed.
    const int LargestBlob = 1 << 20;

    long next = stream.Position;
    long length;

    public int Field { get; private set; }

    public bool Next()
    {
        if (stream.Position != next)
            stream.Position = next;
        if (next >= end)
            return false;
        var tag = Varint();
        Field = (int)Math.Min(tag >> 3, int.MaxValue);
        length = 0;
        switch (tag & 7)
        {
            case 0: Varint(); break;
            case 1: length = 8; break;
            case 2: length = (long)Math.Min(Varint(), long.MaxValue); break;
            case 5: length = 4; break;
            default: throw new FormatException("unknown wire type");
        }

        if (length > end - stream.Position)
            throw new FormatException("a field is longer than the file");
        next = stream.Position + length;
        return true;
    }

    /// <summary>The field as a message.</summary>
    public ProtoStream Enter() => new(stream, next);

    /// <summary>The field's bytes.</summary>
    public byte[] Blob()
    {
        if (length > LargestBlob)
            throw new FormatException("a name or shape is larger than a mebibyte");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public string Text() => Encoding.UTF8.GetString(Blob());

    ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = stream.Position < end ? stream.ReadByte() : -1;
            if (b < 0)
                throw new FormatException("the file ends inside a number");
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }

        throw new FormatException("a number is too long");
    }
}
