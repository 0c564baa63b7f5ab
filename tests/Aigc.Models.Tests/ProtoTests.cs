using Aigc.Models.Onnx;

namespace Aigc.Models.Tests;

public sealed class ProtoTests
{
    /// <summary>Bytes from the protocol-buffers documentation: field 1 = 150, field 2 = "testing", field 3 = {1: 150}.</summary>
    [Fact]
    public void The_bytes_are_those_of_the_documentation()
    {
        var message = new ProtoWriter().Integer(1, 150).Text(2, "testing").Message(3, new ProtoWriter().Integer(1, 150));
        Assert.Equal("089601120774657374696E671A03089601", Convert.ToHexString(message.Bytes));
    }

    [Fact]
    public void Negative_numbers_take_ten_bytes_and_floats_four()
    {
        Assert.Equal("08FFFFFFFFFFFFFFFFFF01", Convert.ToHexString(new ProtoWriter().Integer(1, -1).Bytes));
        Assert.Equal("150000803F", Convert.ToHexString(new ProtoWriter().Float(2, 1f).Bytes));
    }

    [Fact]
    public void What_is_written_is_read()
    {
        var reader = new ProtoReader(new ProtoWriter().Float(9, 2f).Integer(20, 7).Text(300, "é").Bytes);
        Assert.True(reader.Next() && reader.Field == 9);
        Assert.True(reader.Next() && reader.Field == 20 && reader.Number == 7);
        Assert.True(reader.Next() && reader.Field == 300 && reader.Text == "é");
        Assert.False(reader.Next());
    }

    [Theory]
    [InlineData("08")]
    [InlineData("1207AA")]
    [InlineData("0F")]
    [InlineData("08FFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData("12FFFFFFFFFFFFFFFF7F")]
    public void Broken_bytes_are_refused(string hex) => Assert.Throws<FormatException>(() =>
    {
        var reader = new ProtoReader(Convert.FromHexString(hex));
        while (reader.Next())
        {
        }
    });
}
