namespace Aigc.Trainer.Data;

/// <summary>
/// Which tokens are in which row of which step: a pure function of seed and row, so that a run resumed from a checkpoint goes on with
/// exactly the rows it had not seen, and nothing but the step has to be remembered.
/// </summary>
internal sealed class BatchOrder(TokenStream documents, TokenStream pairs, int length, int seed)
{
    /// <summary>One row of this many is instruction pairs.</summary>
    const int PairPeriod = 7;
    readonly Epochs documentRows = new(documents.Ids.Length, length, seed);
    readonly Epochs pairRows = new(pairs.Ids.Length, length, seed + 1);

    /// <summary>Fills a row: <paramref name="inputs"/> and, shifted by one, <paramref name="targets"/>.</summary>
    public void Fill(long row, Span<long> inputs, Span<long> targets)
    {
        var fromPairs = pairs.Ids.Length > length && (documents.Ids.Length <= length || row % PairPeriod == PairPeriod - 1);
        var source = fromPairs ? pairs.Ids : documents.Ids;
        var position = pairs.Ids.Length <= length ? row : fromPairs ? row / PairPeriod : row - (row / PairPeriod);
        var start = (fromPairs ? pairRows : documentRows).Start(position);
        for (var i = 0; i < length; i++)
        {
            inputs[i] = source[start + i];
            targets[i] = source[start + i + 1];
        }
    }

    /// <summary>Every chunk once an epoch in an order of its own; each epoch cuts the chunks at another place.</summary>
    sealed class Epochs(int tokens, int length, int seed)
    {
        readonly int chunks = Math.Max(0, (tokens - 1) / length);
        int[] order = [];
        long current = -1;
        int offset;

        public int Start(long position)
        {
            var epoch = position / chunks;
            if (epoch != current)
            {
                var random = new Random(unchecked((int)((seed * 7919L) + epoch)));
                order = [.. Enumerable.Range(0, chunks)];
                random.Shuffle(order);
                offset = random.Next(tokens - (chunks * length));
                current = epoch;
            }

            return Math.Min((order[position % chunks] * length) + offset, tokens - length - 1);
        }
    }
}
