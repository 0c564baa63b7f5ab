using Aigc.Models.Text;

namespace Aigc.Models.Tests.Text;

/// <summary>What the flags of an added token do, as seen in the reference library in Rust; its JavaScript port disregards <c>single_word</c>.</summary>
public sealed class AddedTokenTests : IDisposable
{
    const int Id = 900;
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("a  <t>  b", "", "a  ", "  b")]
    [InlineData("a  <t>  b", "lstrip", "a", "  b")]
    [InlineData("a  <t>  b", "rstrip", "a  ", "b")]
    [InlineData("a \n<t>\t b", "lstrip rstrip", "a", "b")]
    [InlineData("  <t>  ", "lstrip rstrip", "", "")]
    public void White_space_beside_it_goes_as_the_flags_say(string text, string flags, string before, string after)
    {
        var tokenizer = With("gpt2", "<t>", flags.Split(' '));
        Assert.Equal([.. tokenizer.Encode(before), Id, .. tokenizer.Encode(after)], tokenizer.Encode(text));
    }

    [Theory]
    [InlineData("the tok dog", true)]
    [InlineData("tok", true)]
    [InlineData("(tok)", true)]
    [InlineData("token", false)]
    [InlineData("stok", false)]
    [InlineData("tok_", false)]
    [InlineData("tok\u00e9", false)]
    [InlineData("tok9", false)]
    public void A_single_word_has_no_letter_beside_it(string text, bool found) =>
        Assert.Equal(found, With("gpt2", "tok", "single_word").Encode(text).Contains(Id));

    [Theory]
    [InlineData("say Hello", "normalized", true)]
    [InlineData("say HELLO", "normalized", true)]
    [InlineData("say Héllo", "normalized", true)]
    [InlineData("say Hello", "", true)]
    [InlineData("say HELLO", "", false)]
    public void A_normalized_one_is_looked_for_in_normalized_text(string text, string flags, bool found) =>
        Assert.Equal(found, With("bert", "Hello", flags.Split(' ')).Encode(text).Contains(Id));

    [Fact]
    public void The_longest_of_those_that_begin_together_counts()
    {
        var file = TokenizerKinds.All["gpt2"]();
        file["added_tokens"]!.AsArray().Add(TokenizerKinds.Added(900, "<a>", special: false));
        file["added_tokens"]!.AsArray().Add(TokenizerKinds.Added(901, "<a><b>", special: false));
        file["added_tokens"]!.AsArray().Add(TokenizerKinds.Added(902, "<a><b><c>", special: true));
        var tokenizer = TokenizerKinds.Load(file, folder.Path);
        Assert.Equal([902, 901, 900], tokenizer.EncodeWithSpecial("<a><b><c><a><b><a>"));
        Assert.Equal([901, .. tokenizer.Encode("<c>")], tokenizer.Encode("<a><b><c>"));
    }

    [Fact]
    public void Its_text_is_its_spelling()
    {
        var tokenizer = With("gpt2", "<tool>");
        Assert.Equal("a<tool>b", tokenizer.Decode(tokenizer.Encode("a<tool>b")));
    }

    TextTokenizer With(string kind, string content, params string[] flags)
    {
        var file = TokenizerKinds.All[kind]();
        file["added_tokens"]!.AsArray().Add(TokenizerKinds.Added(Id, content, special: false, flags));
        return TokenizerKinds.Load(file, folder.Path);
    }
}
