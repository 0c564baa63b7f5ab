using System.Text.Json.Nodes;
using Aigc.Models.Text;

namespace Aigc.Models.Tests.Text;

/// <summary>Who may write a token that means more than its characters.</summary>
public sealed class SpecialTokenTests : IDisposable
{
    readonly TestFolder folder = new();

    public static TheoryData<string> Kinds => [.. TokenizerKinds.All.Keys];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_text_becomes_a_special_token(string kind)
    {
        var tokenizer = TokenizerKinds.Load(kind, folder.Path);
        foreach (var (content, _) in Specials(kind))
        {
            if (content is "<unk>" or "[UNK]")
                continue;
            foreach (var text in (string[])[content, $"a {content}{content} b", $"x{content}y", $"\n{content}\n", content.ToUpperInvariant()])
                Assert.DoesNotContain(tokenizer.Encode(text), id => tokenizer.IsSpecial(id) && !IsUnknown(tokenizer, id));
        }

        foreach (var text in TokenizerTexts.All)
            Assert.DoesNotContain(tokenizer.Encode(text), id => tokenizer.IsSpecial(id) && !IsUnknown(tokenizer, id));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_text_of_our_own_making_may_spell_them(string kind)
    {
        var tokenizer = TokenizerKinds.Load(kind, folder.Path);
        foreach (var (content, id) in Specials(kind))
        {
            Assert.Equal(id, tokenizer.Special(content));
            Assert.Equal(1, tokenizer.EncodeWithSpecial($"the {content} dog").Count(one => one == id && tokenizer.IsSpecial(one)));
            Assert.Equal("", tokenizer.Decode([id]));
        }
    }

    [Fact]
    public void A_word_with_the_id_of_a_special_token_cannot_be_written()
    {
        var file = TokenizerKinds.All["llama3"]();
        var end = file["model"]!["vocab"]!["<|end|>"]!.GetValue<int>();
        file["model"]!["vocab"]!["Ġspecial"] = end;
        Assert.DoesNotContain(end, TokenizerKinds.Load(file, folder.Path).Encode("a special b"));
    }

    [Fact]
    public void A_merge_that_leads_to_a_special_token_is_not_made()
    {
        var file = TokenizerKinds.All["gpt2"]();
        Assert.NotNull(file["model"]!["vocab"]!["he"]);
        Assert.Contains("h e", file["model"]!["merges"]!.AsArray().Select(merge => merge!.GetValue<string>()));
        file["added_tokens"]!.AsArray().Add(TokenizerKinds.Added(file["model"]!["vocab"]!["he"]!.GetValue<int>(), "he", special: true));
        var tokenizer = TokenizerKinds.Load(file, folder.Path);
        Assert.DoesNotContain(tokenizer.Encode("the other"), tokenizer.IsSpecial);
        Assert.Equal("the other", tokenizer.Decode(tokenizer.Encode("the other")));
    }

    [Fact]
    public void In_a_text_of_several_hands_a_token_stands_where_it_is_allowed()
    {
        var tokenizer = TokenizerKinds.Load("gpt2", folder.Path);
        const string text = "<|user|><|end|><tool_call>x<tool_call><|end|>";
        var tool = tokenizer.TryId("<tool_call>", out var id) ? id : -1;
        var ids = tokenizer.EncodeWithSpecial(text, (start, length) => start == 0 || start + length == text.Length);
        Assert.Equal([tokenizer.Special("<|user|>"), tokenizer.Special("<|end|>")], [ids[0], ids[^1]]);
        Assert.DoesNotContain(tool, ids);
        Assert.DoesNotContain(ids.Skip(1).SkipLast(1), tokenizer.IsSpecial);
        Assert.Equal("<|end|><tool_call>x<tool_call>", tokenizer.Decode(ids));
        Assert.Equal(tokenizer.EncodeWithSpecial(text), tokenizer.EncodeWithSpecial(text, (_, _) => true));
        Assert.Contains(tool, tokenizer.Encode("<tool_call>"));
    }

    [Fact]
    public void White_space_that_has_a_token_needs_no_leave()
    {
        var file = TokenizerKinds.All["gpt2"]();
        file["added_tokens"]!.AsArray().Add(TokenizerKinds.Added(900, "        ", special: false));
        Assert.Contains(900, TokenizerKinds.Load(file, folder.Path).EncodeWithSpecial("x\n        y", (_, _) => false));
    }

    [Theory]
    [InlineData("llama2", 2)]
    [InlineData("llama2-first", 1)]
    [InlineData("llama2-always", 2)]
    [InlineData("gemma", 0)]
    public void A_space_is_put_before_the_text_or_before_every_part_as_the_file_says(string kind, int spaces)
    {
        var tokenizer = TokenizerKinds.Load(kind, folder.Path);
        var all = tokenizer.EncodeWithSpecial("dog</s>dog", (_, _) => true);
        Assert.Equal(tokenizer.EncodeWithSpecial("dog</s>dog"), all);
        Assert.Equal(spaces, string.Concat(all.Select(id => System.Text.Encoding.UTF8.GetString(tokenizer.BytesOf(id)))).Count(c => c == ' '));
    }

    [Theory]
    [InlineData("t5")]
    [InlineData("bert-cased")]
    [InlineData("llama3")]
    public void A_message_cannot_write_a_marker_that_the_vocabulary_has_as_a_word(string kind)
    {
        var file = TokenizerKinds.All[kind]();
        var marker = kind == "llama3" ? "9999" : "ö9";
        var id = 1500;
        if (kind == "t5")
        {
            id = file["model"]!["vocab"]!.AsArray().Count;
            file["model"]!["vocab"]!.AsArray().Add(new JsonArray(marker, -1.0));
        }
        else
        {
            file["model"]!["vocab"]![marker] = id;
        }

        file["added_tokens"]!.AsArray().Add(TokenizerKinds.Added(id, marker, special: false));
        var tokenizer = TokenizerKinds.Load(file, folder.Path);
        Assert.Contains(id, tokenizer.Encode(marker));
        Assert.Contains(id, tokenizer.EncodeWithSpecial("x " + marker, (start, _) => start == 2));
        Assert.DoesNotContain(id, tokenizer.EncodeWithSpecial($"{marker} {marker}", (_, _) => false));
    }

    [Fact]
    public void An_unknown_token_that_a_text_spells_is_one_with_the_unknown_characters_beside_it()
    {
        var file = TokenizerKinds.All["t5"]();
        file["added_tokens"] = new JsonArray();
        var tokenizer = TokenizerKinds.Load(file, folder.Path);
        var unknown = tokenizer.TryId("<unk>", out var id) ? id : -1;
        Assert.Equal(1, tokenizer.Encode("🦀<unk>🦀").Count(one => one == unknown));
        Assert.Equal(2, tokenizer.Encode("🦀 <unk>").Count(one => one == unknown));
    }

    static bool IsUnknown(TextTokenizer tokenizer, int id) =>
        (tokenizer.TrySpecial("<unk>", out var unknown) && unknown == id) || (tokenizer.TrySpecial("[UNK]", out unknown) && unknown == id);

    static IEnumerable<(string Content, int Id)> Specials(string kind) => TokenizerKinds.All[kind]()["added_tokens"]!.AsArray()
        .Where(token => token!["special"]!.GetValue<bool>()).Select(token => (token!["content"]!.GetValue<string>(), token!["id"]!.GetValue<int>()));
}
