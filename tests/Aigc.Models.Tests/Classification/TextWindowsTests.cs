using Aigc.Models.Classification;

namespace Aigc.Models.Tests.Classification;

public sealed class TextWindowsTests
{
    private static readonly FeatureShape Plain = new();

    [Theory]
    [InlineData("Short, and as it came.")]
    [InlineData("...")]
    public void A_short_text_is_its_own_window(string text) => Assert.Equal([text], TextWindows.Of(Plain, text));

    [Theory]
    [InlineData(501, 500)]
    [InlineData(5_000, 500)]
    [InlineData(32_768, 2_000)]
    [InlineData(1_000, 100)]
    public void Windows_cover_a_long_text_and_share_its_borders(int length, int longest)
    {
        // No two places are alike, so that a window is found where it was cut.
        var text = string.Join(' ', Enumerable.Range(0, length).Select(i => $"w{i}")).AsSpan(0, length).TrimEnd().ToString();
        var windows = TextWindows.Of(Plain with { Window = longest }, text).ToArray();
        var covered = 0;
        foreach (var window in windows)
        {
            var at = text.IndexOf(window, StringComparison.Ordinal);
            Assert.InRange(window.Length, 1, longest);
            Assert.InRange(at, 0, covered);
            Assert.True(at == 0 || text[at - 1] == ' ');
            covered = at + window.Length;
        }
        Assert.Equal(text.Length, covered);
        Assert.InRange(windows.Length, 2, 1 + (length / (longest - (2 * TextWindows.Overlap(longest)))));
    }

    [Fact]
    public void A_character_of_two_halves_is_not_cut_where_there_are_no_words()
    {
        var text = string.Concat(Enumerable.Repeat("𠀀", 3_000));
        foreach (var shifted in (string[])[text, "a" + text])
        {
            var windows = TextWindows.Of(Plain, shifted).ToArray();
            Assert.True(windows.Length > 2);
            Assert.All(windows, window => Assert.False(char.IsLowSurrogate(window[0]) || char.IsHighSurrogate(window[^1])));
        }
    }

    public static TheoryData<int, int[], int[]> Shapes => new() { { 8192, [1, 2], [3, 4, 5] }, { 2048, [1, 2], [3, 4, 5] }, { 4096, [1], [1, 2, 3] }, { 1024, [1, 2, 3], [] }, { 700, [], [1] } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void No_window_has_more_features_than_the_model_looks_at(int most, int[] words, int[] characters)
    {
        // One that would count them all tells whether any was left out; few buckets are shared by so many.
        var shape = new FeatureShape { Buckets = 1 << 24, MaxFeatures = most, Window = 1 << 16, WordOrders = words, CharacterOrders = characters };
        var all = shape with { MaxFeatures = 1 << 16 };
        // Words of one letter, of two, of many, and none; and a sign that is read as eighteen letters.
        foreach (var text in (string[])[Letters(1), Letters(2), Letters(9), Letters(int.MaxValue), new string('\uFDFA', 8_000)])
        {
            foreach (var window in TextWindows.Of(shape, text))
                Assert.Equal(HashedFeatures.Of(all, window).Ids.Length, HashedFeatures.Of(shape, window).Ids.Length);
        }

        static string Letters(int word) => string.Concat(Enumerable.Range(0, 8_000).Select(i => (long)i % (word + 1L) == word ? ' ' : (char)(0x4E00 + (i * 7919 % 20_000))));
    }
}
