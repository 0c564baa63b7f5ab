using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Aigc.Models.Folders;

namespace Aigc.Models.Tests;

public sealed class SafeTensorsTests : IDisposable
{
    readonly TestFolder folder = new();

    string File => Path.Combine(folder.Path, "a.safetensors");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_written_is_read()
    {
        SafeTensorsWriter.Write(File, [new("b", [2, 3], [1, -2, 3, float.Epsilon, 5, 6]), new("a", [0], []), new("c", [], [7])]);
        using var file = SafeTensors.Open(File);
        Assert.Equal(["a", "b", "c"], file.Tensors.Keys.Order());
        Assert.Equal([2L, 3L], file.Tensors["b"].Shape);
        Assert.Equal([1, -2, 3, float.Epsilon, 5, 6], file.Read("b"));
        Assert.Empty(file.Read("a"));
        Assert.Equal([7f], file.Read("c"));
    }

    [Fact]
    public void The_data_of_a_written_file_lies_on_multiples_of_eight()
    {
        SafeTensorsWriter.Write(File, [new("a", [1], [1])]);
        Assert.Equal(0UL, BinaryPrimitives.ReadUInt64LittleEndian(System.IO.File.ReadAllBytes(File)) % 8);
    }

    [Fact]
    public void A_tensor_with_other_values_than_its_shape_is_not_written()
    {
        Assert.Throws<ArgumentException>(() => SafeTensorsWriter.Write(File, [new("a", [2], [1])]));
        Assert.Empty(Directory.EnumerateFiles(folder.Path));
    }

    [Fact]
    public void Half_precision_of_both_kinds_is_read_exactly()
    {
        Write("""{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[1,2],"data_offsets":[4,8]}}""", [0x00, 0x3E, 0x00, 0xC0, 0xC0, 0x3F, 0x80, 0xFF]);
        using var file = SafeTensors.Open(File);
        Assert.Equal([1.5f, -2f], file.Read("h"));
        Assert.Equal([1.5f, float.NegativeInfinity], file.Read("b"));
    }

    [Theory]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", "another size")]
    [InlineData("""{"t":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "outside")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", "outside")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", "dtype, shape and data_offsets")]
    [InlineData("""{"t":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}}""", "larger than the file")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"u":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", "overlaps")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "twice")]
    [InlineData("""{"t":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", "dtype, shape")]
    [InlineData("""{"t":[1]}""", "dtype, shape")]
    [InlineData("[]", "JSON object")]
    public void A_header_that_cannot_be_is_refused(string header, string reason)
    {
        Write(header, new byte[8]);
        Assert.Contains(reason, Assert.Throws<FormatException>(() => SafeTensors.Open(File)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 40)]
    [InlineData(100UL)]
    public void A_header_longer_than_the_file_is_refused_before_it_is_read(ulong length)
    {
        var bytes = new byte[20];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        System.IO.File.WriteAllBytes(File, bytes);
        Assert.Contains("header claims", Assert.Throws<FormatException>(() => SafeTensors.Open(File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_is_no_json_is_refused()
    {
        Write("{\"t\":", []);
        Assert.ThrowsAny<JsonException>(() => SafeTensors.Open(File));
        System.IO.File.WriteAllBytes(File, [1, 2, 3]);
        Assert.Throws<FormatException>(() => SafeTensors.Open(File));
    }

    [Fact]
    public void A_type_that_is_not_read_is_named()
    {
        Write("""{"t":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""", new byte[8]);
        using var file = SafeTensors.Open(File);
        Assert.Contains("I64", Assert.Throws<FormatException>(() => file.Read("t")).Message, StringComparison.Ordinal);
    }

    void Write(string header, byte[] data)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        System.IO.File.WriteAllBytes(File, [.. length, .. json, .. data]);
    }
}
