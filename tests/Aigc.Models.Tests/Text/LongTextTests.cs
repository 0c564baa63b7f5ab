using Aigc.Models.Text;

namespace Aigc.Models.Tests.Text;

/// <summary>A text of a million characters without a place to cut costs no more than its length, nearly: these would run for hours otherwise.</summary>
public sealed class LongTextTests : IDisposable
{
    const int Length = 1 << 20;
    readonly TestFolder folder = new();

    public static TheoryData<string> Kinds => [.. TokenizerKinds.All.Keys];

    public void Dispose() => folder.Dispose();

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Kinds))]
    public async Task One_word_of_a_million_letters_is_encoded(string kind)
    {
        var tokenizer = TokenizerKinds.Load(kind, folder.Path);
        var word = string.Concat(Enumerable.Repeat("theset", Length / 6));
        var ids = await Task.Run(() => tokenizer.Encode(word), TestContext.Current.CancellationToken);
        if (kind.StartsWith("bert", StringComparison.Ordinal))
            Assert.Equal(tokenizer.Special("[UNK]"), Assert.Single(ids));
        else
            Assert.Equal(word, tokenizer.Decode(ids));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("gpt2", " ")]
    [InlineData("llama3", " ")]
    [InlineData("llama3", "\n")]
    [InlineData("llama3", " \n ")]
    [InlineData("qwen", "!\r")]
    [InlineData("llama2", " ")]
    [InlineData("gemma", " ")]
    [InlineData("gemma", "🦀")]
    [InlineData("qwen", "a\u0301\u0323")]
    [InlineData("gpt2", "<|end|")]
    [InlineData("gpt2", "<tool_call>")]
    public async Task So_is_a_million_times_the_same(string kind, string unit)
    {
        var tokenizer = TokenizerKinds.Load(kind, folder.Path);
        var text = string.Concat(Enumerable.Repeat(unit, Length / 4 / unit.Length));
        var ids = await Task.Run(() => tokenizer.Encode(text), TestContext.Current.CancellationToken);
        Assert.Equal(kind == "qwen" ? text.Length / unit.Length : text.Length, kind == "qwen" ? tokenizer.Decode(ids).Count(c => c is '!' or '\u1EA1') : tokenizer.Decode(ids).Length);
    }

    [Fact]
    public void Words_of_every_length_are_merged_by_the_rule()
    {
        // Short words are merged by scanning, longer ones over a heap; the rule itself, smallest rank first and leftmost, is written out below.
        var tokenizer = TokenizerKinds.Load("gemma", folder.Path);
        var (_, merges) = SmallVocabularies.CharacterPairs();
        var ranks = merges.Select((pair, rank) => (pair, rank)).ToDictionary(entry => entry.pair, entry => entry.rank);
        const string letters = "thevaluoreturnsumptiongfqickbw";
        for (var length = 1; length < 130; length++)
        {
            var word = string.Concat(Enumerable.Range(0, length).Select(i => letters[((i * i * 7) + (i * length)) % letters.Length]));
            var symbols = word.Select(c => c.ToString()).ToList();
            while (symbols.Zip(symbols.Skip(1)).Select((pair, at) => (Rank: ranks.GetValueOrDefault(pair, int.MaxValue), At: at)).Order().FirstOrDefault((int.MaxValue, 0)) is ( < int.MaxValue, var at))
            {
                symbols[at] += symbols[at + 1];
                symbols.RemoveAt(at + 1);
            }

            Assert.Equal(symbols.Select(symbol => tokenizer.TryId(symbol, out var id) ? id : -1), tokenizer.Encode(word));
        }
    }
}
