namespace Aigc.Annotation.Agreement;

/// <summary>Coefficients of one campaign by the names the API uses; only those that are defined for its labels.</summary>
internal static class AgreementReport
{
    /// <param name="items">Per item, the labels its annotators gave, each annotator by name.</param>
    public static IReadOnlyDictionary<string, double> Of(IReadOnlyCollection<IReadOnlyDictionary<string, string>> items)
    {
        var annotators = items.SelectMany(item => item.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var report = new SortedDictionary<string, double>(StringComparer.Ordinal);
        if (annotators is [var first, var second])
        {
            Add("cohen-kappa", CohenKappa.Of([.. items.Where(item => item.Count == 2).Select(item => (item[first], item[second]))]));
        }

        var labels = items.Select(item => (IReadOnlyList<string>)[.. item.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => label.Value)]).ToList();
        Add("fleiss-kappa", FleissKappa.Of(labels));
        Add("krippendorff-alpha", KrippendorffAlpha.Nominal(labels));
        var pairs = labels.Where(item => item.Count >= 2).ToList();
        Add("share-agreed", pairs.Count == 0 ? null : pairs.Count(item => item.All(label => label == item[0])) / (double)pairs.Count);
        return report;

        void Add(string name, double? value)
        {
            if (value is { } number)
                report[name] = Math.Round(number, 6);
        }
    }
}
