using System.Text;

namespace Aigc.Models.Onnx;

/// <summary>
/// Walks the fields of one protocol-buffers message. Only what checking and rewriting a graph needs: numbers, blobs and sub-messages; the input is
/// not trusted.
/// </summary>
/// <exception cref="FormatException">The bytes are not a message.</exception>
internal ref struct ProtoReader(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> rest = bytes;

    public int Field { get; private set; }

    public ulong Number { get; private set; }

    public ReadOnlySpan<byte> Blob { get; private set; }

    /// <summary>The whole field as it lies in the message, its tag included: what a rewriter copies.</summary>
    public ReadOnlySpan<byte> Raw { get; private set; }

    public readonly string Text => Encoding.UTF8.GetString(Blob);

    public bool Next()
    {
        if (rest.IsEmpty)
            return false;
        var whole = rest;
        var tag = Varint();
        Field = (int)(tag >> 3);
        Blob = default;
        switch (tag & 7)
        {
            case 0: Number = Varint(); break;
            case 1: Take(8); break;
            case 2: Blob = Take(Varint()); break;
            case 5: Take(4); break;
            default: throw new FormatException("unknown wire type");
        }

        Raw = whole[..^rest.Length];
        return true;
    }

    ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)rest.Length)
            throw new FormatException("a field is longer than the file");
        var taken = rest[..(int)length];
        rest = rest[(int)length..];
        return taken;
    }

    ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (rest.IsEmpty)
                throw new FormatException("the file ends inside a number");
            var b = rest[0];
            rest = rest[1..];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }

        throw new FormatException("a number is too long");
    }
}
