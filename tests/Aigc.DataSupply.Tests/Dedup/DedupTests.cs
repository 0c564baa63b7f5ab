using Aigc.DataSupply.Dedup;

namespace Aigc.DataSupply.Tests.Dedup;

public sealed class DedupTests
{
    [Theory]
    [InlineData(0.7, 0.565)]
    [InlineData(0.8, 0.924)]
    [InlineData(0.9, 1.0)]
    public void Candidates_are_found_as_often_as_the_formula_says(double similarity, double expected)
    {
        var random = new Random(7);
        const int pairs = 1500;
        var found = 0;
        for (var i = 0; i < pairs; i++)
        {
            // Two sets of one size n share k: J = k / (2n − k).
            const int size = 200;
            var common = (int)Math.Round(2 * size * similarity / (1 + similarity));
            var shared = Enumerable.Range(0, common).Select(_ => (ulong)random.NextInt64()).ToArray();
            var left = MinHash.BandsOf([.. shared, .. Enumerable.Range(0, size - common).Select(_ => (ulong)random.NextInt64())]);
            var right = MinHash.BandsOf([.. shared, .. Enumerable.Range(0, size - common).Select(_ => (ulong)random.NextInt64())]);
            found += left.Zip(right).Any(bands => bands.First == bands.Second) ? 1 : 0;
        }

        Assert.InRange((double)found / pairs, expected - 0.045, expected + 0.045);
    }

    [Fact]
    public void Near_duplicates_are_found_as_brute_force_finds_them()
    {
        var texts = Corpus(400, new Random(11));
        var shingles = texts.Select(text => Shingles.Of(text)).ToArray();
        const double threshold = 0.8;

        var found = Run(texts, threshold);

        // Nothing but real pairs; and nearly all of those a search through every pair of kept documents finds.
        Assert.All(found, pair => Assert.True(Shingles.Jaccard(shingles[pair.Key], shingles[pair.Value.Kept]) >= threshold));
        var expected = BruteForce(shingles, threshold);
        Assert.True(expected.Count > 100);
        Assert.True(expected.Count(found.ContainsKey) >= expected.Count * 0.95, $"{expected.Count(found.ContainsKey)} of {expected.Count}");
    }

    [Fact]
    public void Texts_that_differ_in_case_and_spacing_only_are_exact_duplicates()
    {
        var found = Run(["The quick  brown fox.", "the quick\nbrown FOX.", "Another text."], null);

        Assert.Equal(new(0, Exact: true, 1), Assert.Single(found).Value);
    }

    [Fact]
    public void Without_a_threshold_near_duplicates_are_kept()
    {
        var words = Enumerable.Range(0, 200).Select(i => "word" + i).ToArray();

        Assert.Empty(Run([string.Join(' ', words), string.Join(' ', words) + " more"], null));
        Assert.Single(Run([string.Join(' ', words), string.Join(' ', words) + " more"], 0.8));
    }

    [Fact]
    public void Similarity_at_the_threshold_is_a_duplicate_and_below_is_not()
    {
        // 8 words give 4 shingles; 4 of 5 shared is exactly 0.8.
        var left = Shingles.Of("a b c d e f g h");
        var right = Shingles.Of("a b c d e f g h i");

        Assert.Equal(0.8, Shingles.Jaccard(left, right));
    }

    [Fact]
    public void Bands_survive_being_written_and_read()
    {
        var bands = MinHash.BandsOf(Shingles.Of("one two three four five six"));

        Assert.Equal(bands, MinHash.Decode(MinHash.Encode(bands)));
    }

    private static Dictionary<int, DuplicateOf> Run(string[] texts, double? threshold)
    {
        var deduplicator = new Deduplicator(threshold);
        foreach (var text in texts)
        {
            deduplicator.Announce(Shingles.ExactDigest(text), MinHash.BandsOf(Shingles.Of(text)));
        }

        return Enumerable.Range(0, texts.Length).Select(i => (i, Match: deduplicator.Decide(i, () => Shingles.Of(texts[i])))).Where(pair => pair.Match is not null).ToDictionary(pair => pair.i, pair => pair.Match!);
    }

    private static HashSet<int> BruteForce(ulong[][] shingles, double threshold)
    {
        var kept = new List<int>();
        var dropped = new HashSet<int>();
        for (var i = 0; i < shingles.Length; i++)
        {
            if (kept.Any(other => Shingles.Jaccard(shingles[i], shingles[other]) >= threshold))
            {
                dropped.Add(i);
            }
            else
            {
                kept.Add(i);
            }
        }

        return dropped;
    }

    /// <summary>Random texts, half of them copies of an earlier one with a few words changed.</summary>
    private static string[] Corpus(int count, Random random)
    {
        var texts = new List<string[]>();
        for (var i = 0; i < count; i++)
        {
            if (i % 2 == 0)
            {
                texts.Add([.. Enumerable.Range(0, 150).Select(_ => "w" + random.Next(5000))]);
                continue;
            }

            var copy = (string[])texts[random.Next(texts.Count)].Clone();
            for (var changes = random.Next(6); changes > 0; changes--)
            {
                copy[random.Next(copy.Length)] = "x" + random.Next(5000);
            }

            texts.Add(copy);
        }

        return [.. texts.Select(text => string.Join(' ', text))];
    }
}
