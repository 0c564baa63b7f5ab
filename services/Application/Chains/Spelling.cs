namespace Aigc.Application.Chains;

/// <summary>Guesses what a misspelt word was meant to be.</summary>
internal static class Spelling
{
    /// <summary>"; did you mean 'x'?", or nothing when no known word is near.</summary>
    public static string Hint(string word, IEnumerable<string> known)
    {
        var (best, distance) = known.Select(k => (k, Distance(word.ToLowerInvariant(), k.ToLowerInvariant()))).MinBy(pair => pair.Item2);
        return best is not null && distance <= Math.Max(1, best.Length / 3) ? $"; did you mean '{best}'?" : "";
    }

    // Levenshtein. Longer words than any key are not worth the time: the text is a stranger's.
    private static int Distance(string a, string b)
    {
        if (a.Length > 64)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[b.Length];
    }
}
