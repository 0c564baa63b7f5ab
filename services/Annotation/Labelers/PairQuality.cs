using Aigc.Annotation.Labelers.Text;

namespace Aigc.Annotation.Labelers;

/// <summary>
/// One yardstick for pairs of every labeler, so that the better one can be taken: how much of the document's vocabulary the response covers, whether
/// it speaks of what the instruction asks for, and whether it has a sensible length.
/// </summary>
internal static class PairQuality
{
    private const int ShortestWords = 8;
    private const int LongestWords = 110;

    // A response of a few sentences rarely covers more of a document than this; above it there is nothing to gain.
    private const double FullCoverage = 0.35;

    /// <summary>0–1.</summary>
    public static double Of(SourceDocument document, string instruction, string response)
    {
        var counts = Words.Of(document.Text).CountBy(word => word, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        if (counts.Count == 0)
            return 0;
        var answered = Words.Of(response).ToHashSet(StringComparer.Ordinal);
        var coverage = answered.Sum(word => counts.GetValueOrDefault(word)) / (double)counts.Values.Sum();
        var asked = Words.Of(instruction).Where(word => counts.ContainsKey(word)).ToHashSet(StringComparer.Ordinal);
        var relevance = asked.Count == 0 ? 0 : asked.Count(answered.Contains) / (double)asked.Count;
        return Math.Round(Length(response) * ((0.5 * Math.Min(1, coverage / FullCoverage)) + (0.5 * relevance)), 4);
    }

    private static double Length(string response)
    {
        var words = response.Count(c => c == ' ') + 1;
        return words < ShortestWords ? words / (double)ShortestWords : words > LongestWords ? LongestWords / (double)words : 1;
    }
}
