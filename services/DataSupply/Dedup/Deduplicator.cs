namespace Aigc.DataSupply.Dedup;

/// <summary>Which kept document another one repeats, and how similar they are (1 for equal texts).</summary>
internal sealed record DuplicateOf(int Kept, bool Exact, double Similarity);

/// <summary>
/// Finds duplicates in two passes over the documents in plan order. The first takes signatures alone; the second gets the shingles of those
/// whose bands met another's, and checks real similarity against documents kept so far. A document is compared only with kept ones that
/// come before it in the plan, so the outcome does not depend on which worker finished first.
/// </summary>
internal sealed class Deduplicator(double? nearDuplicates)
{
    private readonly Dictionary<string, int> _firstWithDigest = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, int> _bandMembers = [];
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<ulong, List<int>> _keptInBand = [];
    private readonly Dictionary<int, ulong[]> _keptShingles = [];

    /// <summary>First pass: announces the next document. Returns its number.</summary>
    public int Announce(string exactDigest, ulong[] bands)
    {
        var number = _entries.Count;
        var first = _firstWithDigest.TryAdd(exactDigest, number) ? number : _firstWithDigest[exactDigest];
        _entries.Add(new(first, first == number && nearDuplicates is not null ? bands : []));
        foreach (var band in _entries[number].Bands)
        {
            _bandMembers[band] = _bandMembers.GetValueOrDefault(band) + 1;
        }

        return number;
    }

    /// <summary>Second pass, in the same order: null when the document is kept.</summary>
    public DuplicateOf? Decide(int number, Func<ulong[]> shingles)
    {
        var entry = _entries[number];
        if (entry.First != number)
        {
            return new(entry.First, Exact: true, 1);
        }

        var shared = entry.Bands.Where(band => _bandMembers[band] > 1).ToArray();
        if (shared.Length == 0)
        {
            return null;
        }

        var own = shingles();
        if (MostSimilar(own, shared) is { } match)
        {
            return match;
        }

        _keptShingles[number] = own;
        foreach (var band in shared)
        {
            if (!_keptInBand.TryGetValue(band, out var members))
            {
                _keptInBand[band] = members = [];
            }

            members.Add(number);
        }

        return null;
    }

    private DuplicateOf? MostSimilar(ulong[] own, ulong[] bands)
    {
        DuplicateOf? best = null;
        var candidates = new SortedSet<int>(bands.SelectMany(band => _keptInBand.GetValueOrDefault(band) ?? []));
        foreach (var candidate in candidates)
        {
            var similarity = Shingles.Jaccard(own, _keptShingles[candidate]);
            if (similarity >= nearDuplicates && similarity > (best?.Similarity ?? 0))
            {
                best = new(candidate, Exact: false, similarity);
            }
        }

        return best;
    }

    private readonly record struct Entry(int First, ulong[] Bands);
}
