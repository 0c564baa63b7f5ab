using Aigc.Storage.Artifacts;

namespace Aigc.DataSupply.Builds;

/// <summary>
/// Gives whole groups to splits. Groups are few, so chance alone would leave a label out of a split; they are shared out label by label instead, in the order of their hashes, each under
/// the rarest of its labels (the first step of iterative stratification: Sechidis, Tsoumakas, Vlahavas, ECML PKDD 2011). From three groups on, every split asked for gets one of each label.
/// </summary>
internal static class GroupSplit
{
    public static IReadOnlyDictionary<string, DocumentFate> Decide(IEnumerable<SplitPlace> documents, double validation, double test)
    {
        var labelsOf = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var document in documents)
        {
            if (document.Group is null)
            {
                continue;
            }

            if (!labelsOf.TryGetValue(document.Group, out var labels))
            {
                labelsOf[document.Group] = labels = new(StringComparer.Ordinal);
            }

            labels.UnionWith(document.Labels);
        }

        var groupsWith = labelsOf.Values.SelectMany(labels => labels).CountBy(label => label, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var fates = new Dictionary<string, DocumentFate>(StringComparer.Ordinal);
        foreach (var stratum in labelsOf.Keys.GroupBy(group => Rarest(labelsOf[group], groupsWith), StringComparer.Ordinal))
        {
            Share([.. stratum.OrderBy(group => Digest.Of(group), StringComparer.Ordinal)], validation, test, fates);
        }

        return fates;
    }

    private static string Rarest(SortedSet<string> labels, Dictionary<string, int> groupsWith) =>
        labels.Count == 0 ? "" : labels.MinBy(label => (groupsWith[label], label), Comparer<(int Groups, string Label)>.Create(ByNumber))!;

    private static int ByNumber((int Groups, string Label) left, (int Groups, string Label) right) =>
        left.Groups != right.Groups ? left.Groups.CompareTo(right.Groups) : string.CompareOrdinal(left.Label, right.Label);

    private static void Share(List<string> groups, double validation, double test, Dictionary<string, DocumentFate> fates)
    {
        var tests = Math.Min(NumberOf(groups.Count, test, atLeastFrom: 3), Math.Max(0, groups.Count - 2));
        var validations = Math.Min(NumberOf(groups.Count, validation, atLeastFrom: 2), groups.Count - tests - 1);
        for (var i = 0; i < groups.Count; i++)
        {
            fates[groups[i]] = i < tests ? DocumentFate.Test : i < tests + validations ? DocumentFate.Validation : DocumentFate.Train;
        }
    }

    private static int NumberOf(int groups, double share, int atLeastFrom) =>
        share <= 0 || groups < atLeastFrom ? 0 : Math.Max(1, (int)Math.Round(groups * share, MidpointRounding.AwayFromZero));
}
