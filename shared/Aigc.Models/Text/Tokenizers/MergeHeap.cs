namespace Aigc.Models.Text.Tokenizers;

/// <summary>Byte-pair merging of a long word: a linked list of symbols, and a heap of the pairs that can be merged.</summary>
internal static class MergeHeap
{
    /// <summary>Merges in place; returns how many symbols are left.</summary>
    public static int Merge(Span<int> symbols, PairMap merges, int[] merged)
    {
        var next = new int[symbols.Length];
        var previous = new int[symbols.Length];
        for (var i = 0; i < symbols.Length; i++)
            (next[i], previous[i]) = (i + 1, i - 1);

        var first = new List<(int, ulong)>(symbols.Length);
        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            if (merges.Find(symbols[i], symbols[i + 1]) is >= 0 and var rank)
                first.Add((i, Priority(rank, i)));
        }

        var queue = new PriorityQueue<int, ulong>(first);
        while (queue.TryDequeue(out var at, out var priority))
        {
            // A pair of which a half has been merged away since is no longer the pair with this rank.
            var rank = (int)(priority >> 32);
            if (symbols[at] < 0 || next[at] >= symbols.Length || merges.Find(symbols[at], symbols[next[at]]) != rank)
                continue;
            var gone = next[at];
            symbols[at] = merged[rank];
            symbols[gone] = -1;
            next[at] = next[gone];
            if (next[at] < symbols.Length)
            {
                previous[next[at]] = at;
                Offer(at, symbols[at], symbols[next[at]]);
            }

            if (previous[at] >= 0)
                Offer(previous[at], symbols[previous[at]], symbols[at]);
        }

        var count = 0;
        for (var i = 0; i < symbols.Length; i = next[i])
            symbols[count++] = symbols[i];
        return count;

        void Offer(int position, int left, int right)
        {
            if (merges.Find(left, right) is >= 0 and var rank)
                queue.Enqueue(position, Priority(rank, position));
        }
    }

    static ulong Priority(int rank, int position) => ((ulong)(uint)rank << 32) | (uint)position;
}
