using System.Net;
using System.Text;
using Aigc.Application.Files.Lines;

namespace Aigc.Application.Tests.Files;

public sealed class Lines_of_files : FileTest
{
    private const string Example = """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}""";

    [Theory]
    [InlineData("batch", "{\"custom_id\":1}", "custom_id")]
    [InlineData("batch", "{\"custom_id\":\"a\",\"url\":\"x\",\"body\":{}}", "method")]
    [InlineData("batch", "{\"custom_id\":\"a\",\"method\":\"POST\",\"url\":\"x\",\"body\":[]}", "body")]
    [InlineData("batch", "not json", "Line 3: This line is not valid JSON")]
    [InlineData("batch", "[1]", "it is not a JSON object")]
    [InlineData("fine-tune", "{\"prompt\":\"x\"}", "messages must be a list")]
    [InlineData("fine-tune", "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}", "messages[0].role")]
    [InlineData("fine-tune", "{\"messages\":[{\"role\":\"user\",\"content\":1},{\"role\":\"assistant\",\"content\":\"a\"}]}", "messages[0].content")]
    [InlineData("evals", "{", "not valid JSON")]
    public async Task Are_checked_when_the_file_comes_and_the_first_wrong_one_is_named(string purpose, string wrong, string named)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var right = purpose == "fine-tune" ? Example : Request("one");

        foreach (var fileFirst in new[] { true, false })
        {
            var error = await Error(await Send(host.Client, $"{right}\n\n{wrong}\n{right}", purpose, fileFirst), HttpStatusCode.BadRequest);

            Assert.Equal("file", error.GetProperty("param").GetString());
            Assert.Contains("Line 3", error.GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.Contains(named, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        Assert.Equal(0, Artifacts());
    }

    [Theory]
    [InlineData("fine-tune")]
    [InlineData("evals")]
    [InlineData("batch")]
    public async Task That_are_right_are_taken_however_they_end(string purpose)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var line = purpose == "fine-tune" ? Example : Request("one");

        foreach (var text in new[] { line, $"{line}\n", $"\uFEFF{line}\r\n\r\n", $"\n  \n{line}" })
        {
            await Upload(host.Client, text, purpose, fileFirst: true);
        }

        Assert.Equal("file_empty", (await Error(await Send(host.Client, "\n\n", purpose), HttpStatusCode.BadRequest)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task That_are_too_long_or_no_text_are_refused()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        using var bytes = new MultipartFormDataContent { { new ByteArrayContent([.. "{\"a\":\""u8, 0xFF, 0xFE, .. "\"}"u8]), "file", "x" }, { new StringContent("evals"), "purpose" } };

        var longer = await Error(await Send(host.Client, $"{{\"a\":\"{new string('x', LineCutter.MaxLineBytes)}\"}}", "evals"), HttpStatusCode.BadRequest);
        var text = await Error(await host.Client.PostAsync("/v1/files", bytes, Ct), HttpStatusCode.BadRequest);

        Assert.Equal("line_too_long", longer.GetProperty("code").GetString());
        Assert.Contains("UTF-8", text.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(4096)]
    public void Are_cut_alike_however_the_bytes_come(int piece)
    {
        var bytes = Encoding.UTF8.GetBytes("\uFEFFone\r\n\ntwo é\nthree");
        var cutter = new LineCutter();
        var lines = new List<(int, string)>();
        foreach (var chunk in bytes.Chunk(piece))
        {
            ReadOnlyMemory<byte> rest = chunk;
            while (!rest.IsEmpty)
            {
                if (cutter.Take(ref rest))
                {
                    lines.Add((cutter.Number, Encoding.UTF8.GetString(cutter.Line.Span)));
                }
            }
        }

        Assert.True(cutter.Finish());
        lines.Add((cutter.Number, Encoding.UTF8.GetString(cutter.Line.Span)));
        Assert.Equal([(1, "one"), (2, ""), (3, "two é"), (4, "three")], lines);
        Assert.False(cutter.Finish());
    }
}
