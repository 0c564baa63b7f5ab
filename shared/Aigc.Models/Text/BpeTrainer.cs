using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Aigc.Models.Text;

/// <summary>A trained vocabulary: special tokens, the 256 bytes, then one entry a merge, in the order of their ids.</summary>
/// <param name="Entries">Entries in the byte alphabet.</param>
/// <param name="Merges">Pairs of entries, most frequent first.</param>
public sealed record BpeVocabulary(IReadOnlyList<string> Entries, IReadOnlyList<(string Left, string Right)> Merges);

/// <summary>
/// Trains a byte-level byte-pair encoding (Sennrich et al. 2016, over GPT-2's pre-tokens). Words are counted once; every pair keeps its
/// count and the words it is in; the most frequent pair is merged, and of equally frequent ones the one with the smaller ids, so the
/// result depends on the counts alone and never on the order of the documents.
/// </summary>
public sealed partial class BpeTrainer
{
    const int LongestWord = 512;
    readonly Dictionary<string, long> counts = new(StringComparer.Ordinal);

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    internal static partial Regex Words();

    /// <summary>Counts the words of a document.</summary>
    public void Add(ReadOnlySpan<char> document)
    {
        var lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var match in Words().EnumerateMatches(document))
        {
            // A "word" of many thousand characters is a table rule or a blob: it would teach one merge and cost quadratic time.
            if (match.Length <= LongestWord)
                CollectionsMarshal.GetValueRefOrAddDefault(lookup, document.Slice(match.Index, match.Length), out _)++;
        }
    }

    /// <summary>Merges until the vocabulary has that many entries, or no pair occurs twice.</summary>
    public BpeVocabulary Train(int size)
    {
        var entries = new List<string>(SpecialTokens.All);
        var firstByte = entries.Count;
        for (var value = 0; value < 256; value++)
            entries.Add(ByteAlphabet.Of((byte)value).ToString());
        if (size < entries.Count)
            throw new ArgumentOutOfRangeException(nameof(size), size, $"A byte-level vocabulary has at least {entries.Count} entries.");

        var merges = new List<(string, string)>();
        var table = new PairTable(counts, firstByte);
        while (entries.Count < size && table.Most() is { } pair)
        {
            merges.Add((entries[pair.Left], entries[pair.Right]));
            entries.Add(entries[pair.Left] + entries[pair.Right]);
            table.Merge(pair, entries.Count - 1);
        }

        return new BpeVocabulary(entries, merges);
    }

    readonly record struct Pair(int Left, int Right) : IComparable<Pair>
    {
        public int CompareTo(Pair other) => (Left, Right).CompareTo((other.Left, other.Right));
    }

    sealed class PairTable
    {
        readonly List<int[]> words = [];
        readonly List<long> weights = [];
        readonly Dictionary<Pair, long> pairs = [];
        readonly Dictionary<Pair, HashSet<int>> places = [];
        readonly PriorityQueue<(Pair Pair, long Count), (long Count, Pair Pair)> queue = new();
        readonly HashSet<Pair> touched = [];

        public PairTable(Dictionary<string, long> counts, int firstByte)
        {
            foreach (var (word, count) in counts)
            {
                words.Add(Array.ConvertAll(Encoding.UTF8.GetBytes(word), b => firstByte + b));
                weights.Add(count);
                Tally(words.Count - 1, count);
            }

            Enqueue();
        }

        /// <summary>The most frequent pair. Entries of the queue whose count has moved on since are dropped here.</summary>
        public Pair? Most()
        {
            while (queue.TryDequeue(out var top, out _))
            {
                if (pairs.TryGetValue(top.Pair, out var count) && count == top.Count)
                    return top.Pair;
            }

            return null;
        }

        public void Merge(Pair pair, int id)
        {
            foreach (var place in places[pair])
            {
                var word = words[place];
                Tally(place, -weights[place]);
                var merged = new List<int>(word.Length);
                for (var i = 0; i < word.Length; i++)
                {
                    var both = i + 1 < word.Length && word[i] == pair.Left && word[i + 1] == pair.Right;
                    merged.Add(both ? id : word[i]);
                    i += both ? 1 : 0;
                }

                words[place] = [.. merged];
                Tally(place, weights[place]);
            }

            pairs.Remove(pair);
            places.Remove(pair);
            Enqueue();
        }

        void Tally(int place, long weight)
        {
            var word = words[place];
            for (var i = 0; i + 1 < word.Length; i++)
            {
                var pair = new Pair(word[i], word[i + 1]);
                CollectionsMarshal.GetValueRefOrAddDefault(pairs, pair, out _) += weight;
                touched.Add(pair);
                if (weight > 0)
                {
                    ref var set = ref CollectionsMarshal.GetValueRefOrAddDefault(places, pair, out _);
                    (set ??= []).Add(place);
                }
            }
        }

        void Enqueue()
        {
            foreach (var pair in touched)
            {
                if (pairs.TryGetValue(pair, out var count) && count >= 2)
                    queue.Enqueue((pair, count), (-count, pair));
            }

            touched.Clear();
        }
    }
}
