using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>Turns one pre-token into ids.</summary>
internal interface ITokenModel
{
    void Encode(ReadOnlySpan<char> word, List<int> ids);
}

/// <summary>
/// Byte-pair encoding: the merge with the smallest rank first, of equal ones the leftmost. Covers byte-level vocabularies, and SentencePiece's
/// with single bytes for what has no entry. Short words are merged by scanning, long ones over a heap, so a word of a million characters
/// costs n log n. Words seen before are remembered.
/// </summary>
internal sealed class BytePairModel : ITokenModel
{
    const int Scanned = 48;
    const int RememberedLength = 48;
    const int Remembered = 1 << 15;

    readonly Dictionary<string, int> vocabulary;
    readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup;
    readonly PairMap merges;
    readonly int[] merged; // id by rank
    readonly BytePairOptions options;
    readonly int[] single = new int[char.MaxValue + 1]; // id of a character inside a word
    readonly int[]? fallback;
    readonly ConcurrentDictionary<string, int[]> seen = new(StringComparer.Ordinal);
    int seenCount;

    public BytePairModel(Dictionary<string, int> vocabulary, IReadOnlyList<(string Left, string Right)> merges, BytePairOptions options)
    {
        this.vocabulary = vocabulary;
        this.options = options;
        lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        this.merges = new PairMap(merges.Count);
        merged = new int[merges.Count];
        for (var rank = 0; rank < merges.Count; rank++)
        {
            var (left, right) = merges[rank];
            var tail = right.StartsWith(options.Prefix, StringComparison.Ordinal) ? right[options.Prefix.Length..] : right;
            this.merges.Set(Id(left, rank), Id(right, rank), rank);
            merged[rank] = Id(left + tail, rank);
        }

        Array.Fill(single, -1);
        foreach (var (entry, id) in vocabulary)
        {
            if (entry.Length == 1)
                single[entry[0]] = id;
        }

        if (options.ByteFallback)
            fallback = ByteTokens.Find(vocabulary);
    }

    public void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        var remember = word.Length <= RememberedLength;
        if (remember && seen.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var known))
        {
            ids.AddRange(known);
            return;
        }

        var before = ids.Count;
        if (options.ByteLevel)
            EncodeBytes(word, ids);
        else
            EncodeCharacters(word, ids);
        if (remember && Volatile.Read(ref seenCount) < Remembered && seen.TryAdd(new string(word), [.. ids[before..]]))
            Interlocked.Increment(ref seenCount);
    }

    void EncodeBytes(ReadOnlySpan<char> word, List<int> ids)
    {
        var most = Encoding.UTF8.GetMaxByteCount(word.Length);
        byte[]? rentedBytes = null;
        char[]? rentedCharacters = null;
        var bytes = most <= 512 ? stackalloc byte[512] : rentedBytes = ArrayPool<byte>.Shared.Rent(most);
        var characters = most <= 512 ? stackalloc char[512] : rentedCharacters = ArrayPool<char>.Shared.Rent(most);
        var count = Encoding.UTF8.GetBytes(word, bytes);
        for (var i = 0; i < count; i++)
            characters[i] = ByteAlphabet.Of(bytes[i]);
        EncodeCharacters(characters[..count], ids);
        if (rentedBytes is not null)
            ArrayPool<byte>.Shared.Return(rentedBytes);
        if (rentedCharacters is not null)
            ArrayPool<char>.Shared.Return(rentedCharacters);
    }

    void EncodeCharacters(ReadOnlySpan<char> word, List<int> ids)
    {
        if (options.IgnoreMerges && lookup.TryGetValue(word, out var whole))
        {
            ids.Add(whole);
            return;
        }

        // A character can become four bytes where single bytes stand in for it.
        var most = word.Length * (fallback is null ? 1 : 3) + 1;
        int[]? rented = null;
        var symbols = most <= 256 ? stackalloc int[256] : rented = ArrayPool<int>.Shared.Rent(most);
        var count = Symbols(word, symbols);
        count = count <= Scanned ? Scan(symbols, count) : MergeHeap.Merge(symbols[..count], merges, merged);
        ids.AddRange(symbols[..count]);
        if (rented is not null)
            ArrayPool<int>.Shared.Return(rented);
    }

    int Symbols(ReadOnlySpan<char> word, Span<int> symbols)
    {
        var count = 0;
        var unknownBefore = false;
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < word.Length;)
        {
            var length = char.IsHighSurrogate(word[i]) && i + 1 < word.Length ? 2 : 1;
            var id = Find(word.Slice(i, length), first: i == 0, last: i + length == word.Length);
            if (id >= 0)
            {
                symbols[count++] = id;
                unknownBefore = false;
            }
            else if (fallback is not null)
            {
                var size = Encoding.UTF8.GetBytes(word.Slice(i, length), bytes);
                for (var b = 0; b < size; b++)
                    symbols[count++] = fallback[bytes[b]];
                unknownBefore = false;
            }
            else if (options.Unknown >= 0)
            {
                if (!(options.FuseUnknown && unknownBefore))
                    symbols[count++] = options.Unknown;
                unknownBefore = true;
            }

            i += length;
        }

        return count;
    }

    int Find(ReadOnlySpan<char> character, bool first, bool last)
    {
        var prefix = first ? "" : options.Prefix;
        var suffix = last ? options.Suffix : "";
        if (prefix.Length + suffix.Length > 0)
            return vocabulary.GetValueOrDefault(string.Concat(prefix, character, suffix), -1);
        return character.Length == 1 ? single[character[0]] : lookup.TryGetValue(character, out var id) ? id : -1;
    }

    /// <summary>Merges in place by looking for the smallest rank again and again; the quickest way for a short word.</summary>
    int Scan(Span<int> symbols, int count)
    {
        Span<int> ranks = stackalloc int[Scanned];
        for (var i = 0; i + 1 < count; i++)
            ranks[i] = Rank(symbols[i], symbols[i + 1]);
        while (count > 1)
        {
            var (best, at) = (int.MaxValue, -1);
            for (var i = 0; i + 1 < count; i++)
            {
                if (ranks[i] < best)
                    (best, at) = (ranks[i], i);
            }

            if (at < 0)
                break;
            symbols[at] = merged[best];
            symbols[(at + 2)..count].CopyTo(symbols[(at + 1)..]);
            if (at + 2 < count)
                ranks[(at + 2)..count].CopyTo(ranks[(at + 1)..]);
            count--;
            if (at > 0)
                ranks[at - 1] = Rank(symbols[at - 1], symbols[at]);
            if (at + 1 < count)
                ranks[at] = Rank(symbols[at], symbols[at + 1]);
        }

        return count;
    }

    int Rank(int left, int right) => merges.Find(left, right) is >= 0 and var rank ? rank : int.MaxValue;

    int Id(string entry, int rank) => vocabulary.TryGetValue(entry, out var id)
        ? id
        : throw new FormatException($"model.merges[{rank}] needs \"{entry}\", which model.vocab does not have");
}

/// <summary>What a byte-pair vocabulary says about itself.</summary>
/// <param name="ByteLevel">Entries are in the byte alphabet.</param>
/// <param name="Prefix">Put before every character of a word but the first.</param>
/// <param name="Suffix">Put behind the last character of a word.</param>
/// <param name="Unknown">Id for what has no entry; -1 leaves it out.</param>
/// <param name="FuseUnknown">Unknown characters in a row are one token.</param>
/// <param name="ByteFallback">What has no entry is spelled in <c>&lt;0x00&gt;</c> … <c>&lt;0xFF&gt;</c>.</param>
/// <param name="IgnoreMerges">A word that is an entry needs no merges.</param>
internal sealed record BytePairOptions(bool ByteLevel, string Prefix, string Suffix, int Unknown, bool FuseUnknown, bool ByteFallback, bool IgnoreMerges);
