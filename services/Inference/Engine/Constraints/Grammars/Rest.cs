namespace Aigc.Inference.Engine.Constraints.Grammars;

/// <summary>The shortest way to the end of a value: bytes, and frames that it opens on top of the present one.</summary>
internal readonly record struct Rest(long Cost, int Need)
{
    public const long Endless = 1L << 50;

    public static readonly Rest None = new(Endless, 0);

    public static readonly Rest Zero = new(0, 0);

    public bool Exists => Cost < Endless;

    public Rest Plus(long bytes) => this with { Cost = Math.Min(Cost + bytes, Endless) };

    /// <summary>One after the other: the frames of the first are closed before the second opens its own.</summary>
    public Rest Then(Rest other) => new(Math.Min(Cost + other.Cost, Endless), Math.Max(Need, other.Need));

    /// <summary>The same in a frame of its own.</summary>
    public Rest Inside => this with { Need = Need + 1 };

    public static Rest Least(Rest a, Rest b) => b.Cost < a.Cost ? b : a;

    /// <summary>Bytes from each state to the nearest accepting one, with the given bytes alone.</summary>
    public static long[] Distances(Dfa dfa, IReadOnlyList<bool> accepts, bool[] usable)
    {
        var (count, back) = (dfa.Next.Count, new List<int>[dfa.Next.Count]);
        for (var s = 0; s < count; s++)
            back[s] = [];
        for (var s = 0; s < count; s++)
        {
            for (var b = 0; b < 256; b++)
            {
                if (usable[b] && dfa.Next[s][b] is >= 0 and var t && (back[t].Count == 0 || back[t][^1] != s))
                    back[t].Add(s);
            }
        }
        var (distances, line) = (new long[count], new Queue<int>());
        for (var s = 0; s < count; s++)
        {
            distances[s] = accepts[s] ? 0 : Endless;
            if (accepts[s])
                line.Enqueue(s);
        }
        while (line.TryDequeue(out var t))
        {
            foreach (var s in back[t])
            {
                if (distances[s] < Endless)
                    continue;
                distances[s] = distances[t] + 1;
                line.Enqueue(s);
            }
        }
        return distances;
    }
}
