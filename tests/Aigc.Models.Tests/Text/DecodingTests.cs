using Aigc.Models.Text;

namespace Aigc.Models.Tests.Text;

/// <summary>From ids back to text, whole and piece by piece.</summary>
public sealed class DecodingTests : IDisposable
{
    readonly TestFolder folder = new();

    public static TheoryData<string> Kinds => [.. TokenizerKinds.All.Keys];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama3")]
    [InlineData("smollm")]
    [InlineData("llama2")]
    [InlineData("gemma")]
    public void Every_text_comes_back(string kind)
    {
        var tokenizer = TokenizerKinds.Load(kind, folder.Path);
        foreach (var text in TokenizerTexts.All)
        {
            // The mark of a space is no character of its own to SentencePiece, and the marker for turns takes the white space behind it.
            if (kind is "llama2" or "gemma" && (text.Contains('▁', StringComparison.Ordinal) || text.Contains("<|user|>", StringComparison.Ordinal)))
                continue;
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_pieces_of_a_stream_are_the_text(string kind)
    {
        var tokenizer = TokenizerKinds.Load(kind, folder.Path);
        foreach (var text in TokenizerTexts.All)
        {
            var ids = tokenizer.Encode(text);
            var decoder = new TokenDecoder(tokenizer);
            var pieces = ids.Select(decoder.Append).ToList();
            Assert.DoesNotContain(pieces, piece => piece.Length > 0 && char.IsHighSurrogate(piece[^1]));
            var whole = string.Concat(pieces) + decoder.Flush();
            Assert.Equal(tokenizer.Decode(ids), kind.StartsWith("bert", StringComparison.Ordinal) ? Tidied(whole) : whole);
        }
    }

    [Fact]
    public void A_character_of_single_bytes_comes_out_with_its_last_one()
    {
        var tokenizer = TokenizerKinds.Load("llama2", folder.Path);
        int[] bytes = [.. "🦀"u8.ToArray().Select(value => tokenizer.TryId($"<0x{value:X2}>", out var id) ? id : -1)];
        Assert.Equal(bytes, tokenizer.Encode("🦀").TakeLast(4));
        var decoder = new TokenDecoder(tokenizer);
        Assert.Equal(["", "", "", "🦀"], bytes.Select(decoder.Append));
        Assert.Equal("", decoder.Append(bytes[0]));
        Assert.Equal("\uFFFD", decoder.Flush());
        Assert.Equal("\uFFFD", tokenizer.Decode(bytes[..3]));
    }

    [Theory]
    [InlineData("llama2", 1)]
    [InlineData("t5", 1)]
    [InlineData("bert", 1)]
    [InlineData("gemma", 0)]
    [InlineData("gpt2", 0)]
    public void The_space_before_the_first_word_is_told_and_taken_off_once(string kind, int spaces)
    {
        var tokenizer = TokenizerKinds.Load(kind, folder.Path);
        Assert.Equal(spaces, tokenizer.LeadingSpaces);
        var ids = tokenizer.Encode("the dog");
        Assert.Equal("the dog", tokenizer.Decode(ids));
        Assert.Equal(new string(' ', spaces) + "the dog", System.Text.Encoding.UTF8.GetString([.. ids.SelectMany(id => tokenizer.BytesOf(id).ToArray())]));
    }

    [Fact]
    public void Continuations_of_a_word_are_put_to_it_and_punctuation_stands_close()
    {
        var tokenizer = TokenizerKinds.Load("bert", folder.Path);
        var ids = tokenizer.Encode("The jumping dog, isn't it?");
        Assert.True(ids.Count > 6);
        Assert.DoesNotContain("##", tokenizer.Decode(ids), StringComparison.Ordinal);
        Assert.EndsWith("it?", tokenizer.Decode(ids), StringComparison.Ordinal);
        Assert.Contains("dog,", tokenizer.Decode(ids), StringComparison.Ordinal);
    }

    static string Tidied(string text)
    {
        foreach (var (from, to) in ((string, string)[])[(" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re")])
            text = text.Replace(from, to, StringComparison.Ordinal);
        return text;
    }
}
