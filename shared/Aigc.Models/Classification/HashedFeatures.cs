using System.Runtime.InteropServices;

namespace Aigc.Models.Classification;

/// <summary>A text as a classifier sees it.</summary>
/// <param name="Ids">The buckets that occur, ascending, each once: 0 to <see cref="FeatureShape.Buckets"/> − 1.</param>
/// <param name="Values">As many weights; all the same, and 1 as a vector. Both are empty for a text without a word.</param>
public readonly record struct TextFeatures(long[] Ids, float[] Values);

/// <summary>
/// Text → hashed n-grams of its words and of the characters of each word. The same on every machine and in every life of the process; work and memory are
/// bounded by <see cref="FeatureShape.MaxFeatures"/> and the length of the text.
/// </summary>
public static class HashedFeatures
{
    const uint Basis = 2166136261, Prime = 16777619;
    const char Edge = '\u0002';
    const int WordKind = 1, CharacterKind = 2;

    /// <summary>The features of a text.</summary>
    public static TextFeatures Of(FeatureShape shape, string text)
    {
        var buckets = new List<int>(Math.Min(shape.MaxFeatures, 4 * text.Length));
        var words = PlainWords.Of(text);
        for (var at = 0; at < words.Count && buckets.Count < shape.MaxFeatures; at++)
        {
            AddWords(shape, words, at, buckets);
            AddCharacters(shape, words[at], buckets);
        }

        if (buckets.Count > shape.MaxFeatures)
            CollectionsMarshal.SetCount(buckets, shape.MaxFeatures);
        buckets.Sort();
        long[] ids = [.. buckets.Distinct().Select(bucket => (long)bucket)];
        var values = new float[ids.Length];
        Array.Fill(values, ids.Length == 0 ? 0 : 1 / MathF.Sqrt(ids.Length));
        return new(ids, values);
    }

    /// <summary>The n-grams that end with a word, so that a text cut short has the n-grams of what is left of it.</summary>
    static void AddWords(FeatureShape shape, IReadOnlyList<string> words, int last, List<int> buckets)
    {
        foreach (var order in shape.WordOrders)
        {
            if (order > last + 1)
                continue;
            var hash = Start(WordKind, order);
            for (var at = last - order + 1; at <= last; at++)
                hash = Add(Add(hash, words[at]), Edge);
            buckets.Add(Bucket(hash, shape.Buckets));
        }
    }

    static void AddCharacters(FeatureShape shape, string word, List<int> buckets)
    {
        var edged = string.Concat([Edge], word, [Edge]);
        foreach (var order in shape.CharacterOrders)
        {
            for (var at = 0; at + order <= edged.Length && buckets.Count < shape.MaxFeatures; at++)
                buckets.Add(Bucket(Add(Start(CharacterKind, order), edged.AsSpan(at, order)), shape.Buckets));
        }
    }

    static uint Start(int kind, int order) => (((Basis ^ (uint)kind) * Prime) ^ (uint)order) * Prime;

    /// <summary>FNV-1a over UTF-16 units, the low byte first.</summary>
    static uint Add(uint hash, params ReadOnlySpan<char> text)
    {
        foreach (var unit in text)
            hash = (((hash ^ (byte)unit) * Prime) ^ (byte)(unit >> 8)) * Prime;
        return hash;
    }

    /// <summary>FNV's low bits follow from the low bits of what is hashed; the end of MurmurHash3 mixes them.</summary>
    static int Bucket(uint hash, int buckets)
    {
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return (int)((hash ^ (hash >> 16)) % (uint)buckets);
    }
}
