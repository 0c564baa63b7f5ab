using System.IO.Compression;
using Aigc.Models.Text;
using Aigc.Trainer.Data;
using Aigc.Trainer.Runs;

namespace Aigc.Trainer.Tests;

public sealed class DocumentsTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("aigc-documents-");

    public void Dispose() => folder.Delete(recursive: true);

    string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        using var file = File.Create(path);
        using Stream stream = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
        stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
        return path;
    }

    [Fact]
    public void Rows_come_in_the_order_of_the_files_and_empty_ones_are_left_out()
    {
        var first = Write("a.jsonl.gz", "{\"text\":\"one\"}\n\n{\"text\":\"\"}\n{\"id\":1}\n");
        var second = Write("b.jsonl", "{\"text\":\"two\"}\n");
        Assert.Equal(["one", "two"], Documents.Texts([first, second]));
    }

    [Fact]
    public void A_row_with_messages_is_a_conversation_and_its_text_is_what_was_said()
    {
        var file = Write("c.jsonl", """
            {"text":"a\nb","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}
            {"text":"plain"}

            """);
        var rows = Documents.Trained([file]).ToList();
        Assert.Equal(["a\nb", "plain"], Documents.Texts([file]));
        Assert.Equal([new ChatMessage("user", "a"), new ChatMessage("assistant", "b")], rows[0].Messages);
        Assert.Empty(rows[1].Messages);
    }

    [Fact]
    public void Pairs_need_both_sides()
    {
        var file = Write("l.jsonl", "{\"instruction\":\"i\",\"response\":\"r\",\"topic\":\"t\"}\n{\"instruction\":\"i\"}\n");
        Assert.Equal([new InstructionPair("i", "r")], Documents.Pairs([file]));
    }

    [Theory]
    [InlineData("a.jsonl", "{\"text\":\"x\"}\n{broken\n", "line 2")]
    [InlineData("a.jsonl", "[1]\n", "line 1")]
    public void A_broken_row_is_named_by_file_and_line(string name, string text, string line)
    {
        var refused = Assert.Throws<TrainerException>(() => Documents.Texts([Write(name, text)]).ToList());
        Assert.Equal("dataset_unreadable", refused.Code);
        Assert.Contains(line, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_gzip_or_missing_is_named()
    {
        var file = Path.Combine(folder.FullName, "x.jsonl.gz");
        Assert.Equal("dataset_unreadable", Assert.Throws<TrainerException>(() => Documents.Texts([file]).ToList()).Code);
        File.WriteAllText(file, "{\"text\":\"plain\"}");
        Assert.Equal("dataset_unreadable", Assert.Throws<TrainerException>(() => Documents.Texts([file]).ToList()).Code);
    }
}
