using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Aigc.Models.Text;
using Aigc.Models.Text.Tokenizers;

namespace Aigc.Models.Tests.Text;

/// <summary>Files that are broken, or meant to break something, are refused in words that name the part.</summary>
public sealed class HostileTokenizerTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("gpt2", "model.vocab.the", "-1", "out of range")]
    [InlineData("gpt2", "model.vocab.the", "2000000000", "out of range")]
    [InlineData("gpt2", "model.vocab.the", "99999999999", "model.vocab")]
    [InlineData("gpt2", "model.vocab.the", "1.5", "model.vocab")]
    [InlineData("gpt2", "model.vocab", "null", "model.vocab is missing")]
    [InlineData("gpt2", "model.vocab", "[]", "model.vocab is not")]
    [InlineData("gpt2", "model.merges", "null", "model")]
    [InlineData("gpt2", "model.merges", """["th e", "onlyone"]""", "model.merges")]
    [InlineData("gpt2", "model.merges", """[["a"]]""", "model.merges")]
    [InlineData("gpt2", "model.merges", """["zzz yyy"]""", "model.merges[0] needs \"zzz\"")]
    [InlineData("gpt2", "model", "null", "model is not an object")]
    [InlineData("gpt2", "model.type", "\"WordLevel\"", "model of type WordLevel is not supported")]
    [InlineData("gpt2", "model.ignore_merges", "\"yes\"", "model.ignore_merges is not true or false")]
    [InlineData("gpt2", "model.unk_token", "\"<none>\"", "model.unk_token")]
    [InlineData("gpt2", "pre_tokenizer", """{"type":"UnicodeScripts"}""", "pre_tokenizer of type UnicodeScripts is not supported")]
    [InlineData("gpt2", "pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated"}""", "pre_tokenizer.pattern.Regex")]
    [InlineData("gpt2", "pre_tokenizer", """{"type":"Split","pattern":{"Regex":"a)"},"behavior":"Isolated"}""", "pre_tokenizer.pattern.Regex")]
    [InlineData("gpt2", "pre_tokenizer", """{"type":"Split","pattern":{"Regex":"[a&&b]"},"behavior":"Isolated"}""", "not supported")]
    [InlineData("gpt2", "pre_tokenizer", """{"type":"Split","pattern":{"Regex":"(?#x)a"},"behavior":"Isolated"}""", "not supported")]
    [InlineData("gpt2", "pre_tokenizer", """{"type":"Split","pattern":{"Regex":"a{2,1}"},"behavior":"Isolated"}""", "pre_tokenizer.pattern.Regex")]
    [InlineData("gpt2", "pre_tokenizer", """{"type":"Split","pattern":{"Regex":"[a"},"behavior":"Isolated"}""", "does not end")]
    [InlineData("gpt2", "pre_tokenizer", """{"type":"Split","pattern":{"Regex":"a\\"},"behavior":"Isolated"}""", "backslash")]
    [InlineData("gpt2", "pre_tokenizer", """{"type":"Split","pattern":{"String":""},"behavior":"Isolated"}""", "pre_tokenizer.pattern.String")]
    [InlineData("gpt2", "pre_tokenizer", """{"type":"Split","pattern":{"String":"a"},"behavior":"Sideways"}""", "Sideways")]
    [InlineData("gpt2", "pre_tokenizer", """{"type":"Split","pattern":{},"behavior":"Isolated"}""", "pre_tokenizer.pattern.Regex is missing")]
    [InlineData("gpt2", "normalizer", """{"type":"Unheard"}""", "normalizer of type Unheard is not supported")]
    [InlineData("gpt2", "normalizer", """{"type":"Precompiled","precompiled_charsmap":"!!!"}""", "precompiled_charsmap is not base 64")]
    [InlineData("gpt2", "normalizer", """{"type":"Precompiled","precompiled_charsmap":"/////w=="}""", "precompiled_charsmap is not a character map")]
    [InlineData("gpt2", "decoder", """{"type":"CTC"}""", "decoder of type CTC is not supported")]
    [InlineData("gpt2", "decoder", """{"type":"Strip","content":" ","start":-1,"stop":0}""", "decoder")]
    [InlineData("gpt2", "post_processor", """{"type":"Odd"}""", "post_processor of type Odd is not supported")]
    [InlineData("gpt2", "post_processor", """{"type":"RobertaProcessing","cls":["<s>",100000],"sep":["</s>",2]}""", "post_processor names the id 100000")]
    [InlineData("gpt2", "post_processor", """{"type":"RobertaProcessing","cls":["<s>",-4],"sep":["</s>",2]}""", "post_processor.cls")]
    [InlineData("gpt2", "post_processor", """{"type":"TemplateProcessing","single":[],"special_tokens":{}}""", "no place for the text")]
    [InlineData("gpt2", "added_tokens", """[{"id":-5,"content":"x"}]""", "out of range")]
    [InlineData("gpt2", "added_tokens", """[{"id":1999999999,"content":"x"}]""", "out of range")]
    [InlineData("gpt2", "added_tokens", """[{"id":5,"content":""}]""", "added_tokens[].content has 0 characters")]
    [InlineData("gpt2", "added_tokens", """[{"content":"x"}]""", "added_tokens[].id is missing")]
    [InlineData("gpt2", "added_tokens", """[7]""", "added_tokens[]")]
    [InlineData("t5", "model.vocab", """[["a"]]""", "model.vocab[]")]
    [InlineData("t5", "model.vocab", """[["a","b"]]""", "model.vocab[]")]
    [InlineData("t5", "model.unk_id", "5000", "model.unk_id is 5000")]
    [InlineData("t5", "model.unk_id", "-3", "model.unk_id")]
    [InlineData("t5", "pre_tokenizer.replacement", "\"ab\"", "replacement is not one character")]
    [InlineData("t5", "pre_tokenizer.prepend_scheme", "\"perhaps\"", "prepend_scheme \"perhaps\"")]
    [InlineData("bert", "model.unk_token", "\"[NONE]\"", "[NONE]")]
    [InlineData("bert", "model.max_input_chars_per_word", "1000000000", "max_input_chars_per_word")]
    public void What_is_wrong_is_named(string kind, string path, string json, string words)
    {
        var file = TokenizerKinds.All[kind]();
        var names = path.Split('.');
        names[..^1].Aggregate((JsonNode)file, (node, name) => node[name]!)[names[^1]] = JsonNode.Parse(json);
        Assert.Contains(words, Assert.Throws<FormatException>(() => TokenizerKinds.Load(file, folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"model\":")]
    [InlineData("7")]
    public void A_file_that_is_something_else_is_refused(string text)
    {
        File.WriteAllText(Path.Combine(folder.Path, "tokenizer.json"), text);
        Assert.Throws<FormatException>(() => TextTokenizer.Load(folder.Path));
    }

    [Fact]
    public void Nesting_ends_somewhere()
    {
        foreach (var (part, list) in (ReadOnlySpan<(string, string)>)[("normalizer", "normalizers"), ("pre_tokenizer", "pretokenizers"), ("post_processor", "processors"), ("decoder", "decoders")])
        {
            var file = TokenizerKinds.All["gpt2"]();
            JsonNode? inner = null;
            for (var depth = 0; depth < 20; depth++)
                inner = new JsonObject { ["type"] = "Sequence", [list] = inner is null ? new JsonArray() : new JsonArray(inner) };
            file[part] = inner;
            Assert.Contains(part, Assert.Throws<FormatException>(() => TokenizerKinds.Load(file, folder.Path)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_larger_than_any_is_refused_before_it_is_read()
    {
        using (var file = File.Create(Path.Combine(folder.Path, "tokenizer.json")))
            file.SetLength((128L << 20) + 1);
        Assert.Contains("are allowed", Assert.Throws<FormatException>(() => TextTokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expression_of_unusual_length_is_refused()
    {
        var file = TokenizerKinds.All["gpt2"]();
        file["pre_tokenizer"] = new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = new string('a', 9000) }, ["behavior"] = "Isolated" };
        Assert.Contains("8192 are allowed", Assert.Throws<FormatException>(() => TokenizerKinds.Load(file, folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"(?:(?:a|\w)\w?)+(?!a)!\d", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")]
    [InlineData(@"(?:(?:a|\w)\w?)+(?!a)!\d", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!🙂")]
    public void An_expression_that_takes_too_long_ends_with_the_reason(string expression, string text)
    {
        var pattern = SplitPattern.Of(new Regex(expression, RegexOptions.None, TimeSpan.FromMilliseconds(50)));
        Assert.Contains("took longer", Assert.Throws<FormatException>(() => pattern.Find(text, [])).Message, StringComparison.Ordinal);
        Assert.Contains("took longer", Assert.Throws<FormatException>(() => pattern.Replace(text, "")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_matches_that_are_slow_together_end_too()
    {
        // Every word of it costs some milliseconds, which the limit on a single match would allow for ever.
        var pattern = SplitPattern.Of(new Regex(@"(?:(?:a|\w)\w?)+(?!a)!\d|-", RegexOptions.None, TimeSpan.FromMilliseconds(400)));
        var text = string.Concat(Enumerable.Repeat("aaaaaaaaaaaaaaaaaaaa!-", 4000));
        Assert.Contains("took longer", Assert.Throws<FormatException>(() => pattern.Find(text, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_expression_of_a_file_has_a_limit_of_time() =>
        Assert.Equal(TimeSpan.FromSeconds(10), SplitPattern.Read(new(JsonSerializer.SerializeToElement(new { Regex = "a(?=b)" }), "pattern")).Limit);
}
