using System.Buffers;
using System.Text;

namespace Aigc.Models.Text.Tokenizers;

/// <summary>
/// SentencePiece's unigram model (Kudo 2018): of all ways to cut a text into entries the most probable one, found by Viterbi. What no entry
/// covers costs ten less than the least probable entry, and neighbours of that kind are one unknown token.
/// </summary>
internal sealed class UnigramModel : ITokenModel
{
    const double UnknownPenalty = 10;
    readonly TokenTrie trie;
    readonly double[] scores;
    readonly double unknownScore;
    readonly int unknown;
    readonly int[]? fallback;

    /// <param name="entries">Entries and log probabilities, by id.</param>
    /// <param name="excluded">Ids no text may spell.</param>
    /// <param name="unknown">Id for what has no entry; -1 leaves it out.</param>
    /// <param name="fallback">Ids of the 256 bytes, where these stand in for unknown characters.</param>
    public UnigramModel(IReadOnlyList<(string Entry, double Score)> entries, IReadOnlySet<int> excluded, int unknown, int[]? fallback)
    {
        trie = new TokenTrie(entries.Count);
        scores = [.. entries.Select(e => e.Score)];
        unknownScore = scores.DefaultIfEmpty(0).Min() - UnknownPenalty;
        (this.unknown, this.fallback) = (unknown, fallback);
        for (var id = 0; id < entries.Count; id++)
        {
            if (!excluded.Contains(id))
                trie.Add(entries[id].Entry, id);
        }
    }

    public void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        var best = ArrayPool<double>.Shared.Rent(word.Length + 1);
        var start = ArrayPool<int>.Shared.Rent(word.Length + 1);
        var token = ArrayPool<int>.Shared.Rent(word.Length + 1);
        start.AsSpan(0, word.Length + 1).Fill(-1);
        best[0] = 0;
        for (var at = 0; at < word.Length;)
        {
            var length = char.IsHighSurrogate(word[at]) && at + 1 < word.Length ? 2 : 1;
            var single = false;
            var node = 0;
            for (var end = at; end < word.Length && (node = trie.Step(node, word[end])) >= 0; end++)
            {
                var id = trie.ValueAt(node);
                if (id < 0)
                    continue;
                Offer(at, end + 1, best[at] + scores[id], id);
                single |= end + 1 - at == length;
            }

            if (!single)
                Offer(at, at + length, best[at] + unknownScore, -1);
            at += length;
        }

        Collect(word, start, token, ids);
        ArrayPool<double>.Shared.Return(best);
        ArrayPool<int>.Shared.Return(start);
        ArrayPool<int>.Shared.Return(token);

        // The first of equally good ways stays.
        void Offer(int from, int to, double score, int id)
        {
            if (start[to] < 0 || score > best[to])
                (start[to], best[to], token[to]) = (from, score, id);
        }
    }

    void Collect(ReadOnlySpan<char> word, int[] start, int[] token, List<int> ids)
    {
        var path = new Stack<int>();
        for (var end = word.Length; end > 0; end = start[end])
            path.Push(end);
        var unknownBefore = false;
        Span<byte> bytes = stackalloc byte[4];
        foreach (var end in path)
        {
            // A text can spell the unknown token where the file does not list it as special; beside unknown characters it is one with them.
            var isUnknown = token[end] < 0 || (fallback is null && token[end] == unknown);
            if (!isUnknown)
            {
                ids.Add(token[end]);
            }
            else if (fallback is not null)
            {
                var size = Encoding.UTF8.GetBytes(word[start[end]..end], bytes);
                for (var b = 0; b < size; b++)
                    ids.Add(fallback[bytes[b]]);
            }
            else if (unknown >= 0 && !unknownBefore)
            {
                ids.Add(unknown);
            }

            unknownBefore = isUnknown;
        }
    }
}
