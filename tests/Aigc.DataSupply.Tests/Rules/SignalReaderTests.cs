using Aigc.DataSupply.Rules;

namespace Aigc.DataSupply.Tests.Rules;

public sealed class SignalReaderTests
{
    private static readonly SignalReader Reader = new(RuleSet.Load("fineweb"));

    private static TextSignals Read(string text) => Reader.Read(text, 1).Signals;

    [Fact]
    public void Words_are_counted_without_symbols()
    {
        Assert.Equal(4, Read("one -- two, (three) ... four!")[Signal.Words]);
    }

    [Fact]
    public void Mean_word_length_counts_letters_without_punctuation()
    {
        Assert.Equal(3.5, Read("one, four.")[Signal.MeanWordLength]);
    }

    [Fact]
    public void Text_without_blanks_gives_a_word_a_character()
    {
        Assert.Equal(6, Read("人人生而自由。")[Signal.Words]);
    }

    [Fact]
    public void A_line_said_twice_is_half_duplicate()
    {
        var signals = Read("the same line\nthe same line");

        Assert.Equal(0.5, signals[Signal.DuplicateLines]);
        Assert.Equal(13.0 / 27, signals[Signal.DuplicateLineCharacters], 9);
    }

    [Fact]
    public void The_top_2_gram_covers_its_characters_times_its_number()
    {
        // "a b" is there twice: 2 × 3 characters of 11.
        Assert.Equal(6.0 / 11, Read("a b c a b d")[Signal.Top2Gram], 9);
    }

    [Fact]
    public void Duplicate_5_grams_count_repeated_words_once()
    {
        const string text = "alpha beta gamma delta epsilon alpha beta gamma delta epsilon";

        Assert.Equal(26.0 / text.Length, Read(text)[Signal.Duplicate5Grams], 9);
        Assert.Equal(0, Read(text)[Signal.Duplicate6Grams]);
    }

    [Fact]
    public void Stop_words_are_counted_by_kind()
    {
        Assert.Equal(3, Read("The cat and the dog have the house")[Signal.StopWords]);
    }

    [Fact]
    public void Bullets_and_ellipses_are_shares_of_lines()
    {
        var signals = Read("• one\n- two\nthree...\nfour");

        Assert.Equal((0.5, 0.25), (signals[Signal.BulletLines], signals[Signal.EllipsisLines]));
    }

    [Theory]
    [InlineData("One. Two. Three. Four. Five.", 5)]
    [InlineData("Use e.g. this one. It works with .NET 10.0 of course.", 2)]
    [InlineData("なにも。ない。", 2)]
    [InlineData("A heading\nA sentence.", 2)]
    public void Sentences_are_counted(string text, int expected)
    {
        Assert.Equal(expected, Sentences.Count(text));
    }

    [Fact]
    public void Cleaning_drops_short_lines_policies_and_citation_marks()
    {
        var (_, text) = Reader.Read("Home\nA fact that stands.[12] Another one.[citation needed]\nPlease enable JavaScript to go on.\nWe read the Privacy Policy here.", 1);

        Assert.Equal("A fact that stands. Another one.", text);
    }

    [Fact]
    public void Short_lines_and_punctuation_are_measured_at_thirty_characters()
    {
        var signals = Read($"{new string('a', 24)} of it.\n{new string('a', 24)} of ita");

        // 31 and 31 characters: neither is short, one of two ends in punctuation.
        Assert.Equal((0, 0.5), (signals[Signal.ShortLines], signals[Signal.LinePunctuation]));
    }

    [Fact]
    public void A_good_text_of_fifty_words_passes_and_one_word_less_does_not()
    {
        Assert.Null(Judge(Prose(50)));
        Assert.Equal("gopher-quality.too-few-words", Judge(Prose(49))?.Rule);
    }

    [Fact]
    public void A_German_text_is_not_thrown_away_for_lacking_English_words()
    {
        var signals = Read(Prose(60, "wort"));

        Assert.Null(RuleSet.Load("fineweb").Judge(signals, "de", languagesAsked: false));
        Assert.Equal("gopher-quality.stop-words", RuleSet.Load("fineweb").Judge(signals, "en", languagesAsked: false)?.Rule);
    }

    private static Rejection? Judge(string text) => RuleSet.Load("fineweb").Judge(Read(text), "en", languagesAsked: false);

    /// <summary>Sentences of ten different words, one a line.</summary>
    private static string Prose(int words, string stop = "the")
    {
        var all = Enumerable.Range(0, words).Select(i => i % 10 == 0 ? stop == "the" ? "The" : "Wort" + (char)('a' + (i / 10)) : i % 10 == 5 ? (stop == "the" ? "and" : "satz" + (char)('a' + (i / 10))) : Letters(i)).ToArray();
        return string.Join('\n', all.Chunk(10).Select(line => string.Join(' ', line) + "."));
    }

    private static string Letters(int i) => "w" + (char)('a' + (i / 26 % 26)) + (char)('a' + (i % 26)) + "rd";
}
