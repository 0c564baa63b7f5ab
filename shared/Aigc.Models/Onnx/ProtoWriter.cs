using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Aigc.Models.Onnx;

/// <summary>Encodes one protocol-buffers message, field by field. Deterministic: the bytes are in the order of the calls.</summary>
internal sealed class ProtoWriter
{
    readonly ArrayBufferWriter<byte> buffer = new();

    public ReadOnlySpan<byte> Bytes => buffer.WrittenSpan;

    public ProtoWriter Integer(int field, long value)
    {
        Varint((ulong)(uint)field << 3);
        Varint((ulong)value);
        return this;
    }

    public ProtoWriter Float(int field, float value)
    {
        Varint(((ulong)(uint)field << 3) | 5);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        buffer.Write(bytes);
        return this;
    }

    public ProtoWriter Blob(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)(uint)field << 3) | 2);
        Varint((ulong)value.Length);
        buffer.Write(value);
        return this;
    }

    public ProtoWriter Text(int field, string value) => Blob(field, Encoding.UTF8.GetBytes(value));

    public ProtoWriter Message(int field, ProtoWriter value) => Blob(field, value.Bytes);

    /// <summary>Appends fields that were collected apart.</summary>
    public ProtoWriter Fields(ProtoWriter other)
    {
        buffer.Write(other.Bytes);
        return this;
    }

    /// <summary>Appends a field as it lay in another message.</summary>
    public ProtoWriter Raw(ReadOnlySpan<byte> field)
    {
        buffer.Write(field);
        return this;
    }

    void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            buffer.Write([(byte)(value | 0x80)]);
            value >>= 7;
        }

        buffer.Write([(byte)value]);
    }
}
