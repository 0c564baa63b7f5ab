using System.IO.Compression;
using System.Text;
using Aigc.DataSupply.Extractors;

namespace Aigc.DataSupply.Tests.Extractors;

public sealed class TextExtractorTests
{
    [Fact]
    public void Json_lines_keep_labels_and_group()
    {
        var (documents, skips) = Extracting.Run("a.jsonl", "{\"text\":\"one\",\"labels\":[\"b\",\"a\",\"b\"],\"group\":\"g\"}\n{\"text\":\"two\",\"labels\":[]}\n{\"text\":\"three\"}"u8.ToArray());

        Assert.Equal(["a", "b"], documents[0].Labels!);
        Assert.Equal("g", documents[0].Group);
        Assert.Empty(documents[1].Labels!);
        Assert.Null(documents[2].Labels);
        Assert.Equal(0, skips.Values.Sum());
    }

    [Theory]
    [InlineData("\"labels\":3", "labels-unreadable")]
    [InlineData("\"labels\":\"hate\"", "labels-unreadable")]
    [InlineData("\"labels\":[\"\"]", "labels-unreadable")]
    [InlineData("\"labels\":[{}]", "labels-unreadable")]
    [InlineData("\"group\":[]", "group-unreadable")]
    public void A_label_of_another_shape_is_counted_and_never_read_as_harmless(string member, string reason)
    {
        var (documents, skips) = Extracting.Run("a.jsonl", System.Text.Encoding.UTF8.GetBytes("{\"text\":\"one\"," + member + "}"));

        var document = Assert.Single(documents);
        Assert.Equal((null, null), (document.Labels, document.Group));
        Assert.Equal(1, skips[reason]);
    }

    [Fact]
    public void Byte_order_marks_name_the_encoding()
    {
        foreach (var encoding in new Encoding[] { new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            byte[] content = [.. encoding.GetPreamble(), .. encoding.GetBytes("Größe und Maß")];

            Assert.Equal("Größe und Maß", Assert.Single(Extracting.Run("a.txt", content).Documents).Text);
        }
    }

    [Fact]
    public void Utf16_without_a_mark_is_found_by_its_zero_bytes()
    {
        Assert.Equal("Plain text here", Assert.Single(Extracting.Run("a.txt", Encoding.Unicode.GetBytes("Plain text here")).Documents).Text);
        Assert.Equal("Plain text here", Assert.Single(Extracting.Run("a.txt", Encoding.BigEndianUnicode.GetBytes("Plain text here")).Documents).Text);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_windows_1252_and_counted()
    {
        var (documents, skips) = Extracting.Run("a.txt", [0x47, 0x72, 0xF6, 0xDF, 0x65, 0x20, 0x96, 0x20, 0x80]);

        Assert.Equal("Größe – €", Assert.Single(documents).Text);
        Assert.Equal(1, skips["decoded-as-windows-1252"]);
    }

    [Fact]
    public void Binary_files_are_skipped()
    {
        Assert.Equal("binary", Extracting.Refused("a.txt", "\u007fELF\u0001\0\0\0\0abc\0\0def\0ghi"));
    }

    [Fact]
    public void A_large_text_is_cut_at_blank_lines_and_loses_nothing()
    {
        var paragraph = string.Join(' ', Enumerable.Repeat("word", 200));
        var text = string.Join("\n\n", Enumerable.Repeat(paragraph, 3000));

        var documents = Extracting.Run("a.txt", Encoding.UTF8.GetBytes(text)).Documents;

        Assert.True(documents.Count > 3);
        Assert.All(documents, document => Assert.True(document.Text.Length <= 1 << 20));
        Assert.Equal(text, string.Join("\n\n", documents.Select(document => document.Text)));
        Assert.Equal(documents.Count, documents.DistinctBy(document => document.Fragment).Count());
    }

    [Fact]
    public void Markdown_loses_front_matter_code_and_link_targets()
    {
        var document = Extracting.One("a.md", "---\ntitle: x\n---\n# Heading\n\nSome *text* with a [link](http://x.org) and `code`.\n\n```\nblock\n```\n\n- one\n- two\n\n<div>html</div>\n");

        Assert.Equal("Heading", document.Title);
        Assert.Equal("Heading\n\nSome text with a link and code.\n\none\ntwo", document.Text);
    }

    [Fact]
    public void Markdown_nested_too_deeply_is_skipped_or_read_but_never_crashes()
    {
        var documents = 0;
        try
        {
            documents = Extracting.Run("a.md", Encoding.UTF8.GetBytes(new string('>', 100_000) + " deep")).Documents.Count;
        }
        catch (SkippedException skipped)
        {
            Assert.Equal("broken-markdown", skipped.Reason);
        }

        Assert.InRange(documents, 0, 1);
    }

    [Fact]
    public void Json_lines_keep_good_lines_and_count_broken_ones()
    {
        var (documents, skips) = Extracting.Run("a.jsonl", "{\"text\":\"one\",\"title\":\"T\"}\n{broken\n[1]\n\n{\"content\":\"two\"}\n{\"other\":1}"u8.ToArray());

        Assert.Equal(["one", "two"], documents.Select(document => document.Text));
        Assert.Equal("T", documents[0].Title);
        Assert.Equal(3, skips["broken-line"]);
    }

    [Fact]
    public void Json_nested_too_deeply_is_a_broken_line()
    {
        var (documents, skips) = Extracting.Run("a.jsonl", Encoding.UTF8.GetBytes("{\"text\":" + new string('[', 100_000) + "\n{\"text\":\"ok\"}"));

        Assert.Equal("ok", Assert.Single(documents).Text);
        Assert.Equal(1, skips["broken-line"]);
    }

    [Fact]
    public void Compressed_json_lines_are_read()
    {
        var (documents, _) = Extracting.Run("a.jsonl.gz", Gzip("{\"text\":\"one\"}\n{\"text\":\"two\"}\n"u8.ToArray()));

        Assert.Equal(2, documents.Count);
    }

    [Fact]
    public void A_decompression_bomb_is_skipped()
    {
        var bomb = Gzip(Encoding.UTF8.GetBytes("{\"text\":\"" + new string('a', 10_000_000) + "\"}\n{\"text\":\"" + new string('a', 10_000_000) + "\"}\n"));

        Assert.Equal("decompression-bomb", Assert.Throws<SkippedException>(() => Extracting.Run("a.jsonl.gz", bomb)).Reason);
    }

    [Fact]
    public void A_bomb_of_a_single_line_is_skipped_too()
    {
        var bomb = Gzip(Encoding.UTF8.GetBytes("{\"text\":\"" + new string('a', 40_000_000)));

        Assert.Equal("decompression-bomb", Assert.Throws<SkippedException>(() => Extracting.Run("a.jsonl.gz", bomb)).Reason);
    }

    [Fact]
    public void A_line_that_never_ends_is_passed_over()
    {
        var (documents, skips) = Extracting.Run("a.jsonl", Encoding.UTF8.GetBytes("{\"text\":\"" + new string('a', 40_000_000) + "\"}\n{\"text\":\"ok\"}"));

        Assert.Equal("ok", Assert.Single(documents).Text);
        Assert.Equal(1, skips["line-too-long"]);
    }

    private static byte[] Gzip(byte[] content)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return target.ToArray();
    }
}
