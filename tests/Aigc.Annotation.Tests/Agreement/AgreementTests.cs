using Aigc.Annotation.Agreement;

namespace Aigc.Annotation.Tests.Agreement;

public sealed class AgreementTests
{
    [Theory]
    [InlineData(20, 5, 10, 15, 0.4000)]
    [InlineData(45, 15, 25, 15, 0.1304)]
    [InlineData(25, 35, 5, 35, 0.2593)]
    public void Cohen_matches_the_examples_of_the_literature(double a, double b, double c, double d, double expected) =>
        Assert.Equal(expected, CohenKappa.Of(new[,] { { a, b }, { c, d } })!.Value, 4);

    [Fact]
    public void Cohen_from_pairs_is_cohen_from_the_matrix()
    {
        List<(string, string)> pairs = [.. Repeat("y", "y", 20), .. Repeat("y", "n", 5), .. Repeat("n", "y", 10), .. Repeat("n", "n", 15)];
        Assert.Equal(0.4, CohenKappa.Of(pairs)!.Value, 10);
    }

    [Fact]
    public void Cohen_of_one_category_throughout_is_full_agreement() => Assert.Equal(1, CohenKappa.Of([.. Repeat("y", "y", 3)]));

    [Fact]
    public void Cohen_without_pairs_is_undefined() => Assert.Null(CohenKappa.Of([]));

    [Fact]
    public void Fleiss_matches_the_ten_subjects_of_the_literature()
    {
        int[,] counts =
        {
            { 0, 0, 0, 0, 14 }, { 0, 2, 6, 4, 2 }, { 0, 0, 3, 5, 6 }, { 0, 3, 9, 2, 0 }, { 2, 2, 8, 1, 1 },
            { 7, 7, 0, 0, 0 }, { 3, 2, 6, 3, 0 }, { 2, 5, 3, 2, 2 }, { 6, 5, 2, 1, 0 }, { 0, 2, 2, 3, 7 },
        };
        Assert.Equal(0.20993, FleissKappa.Of(counts)!.Value, 5);
    }

    [Fact]
    public void Fleiss_needs_equally_many_ratings_per_item() => Assert.Null(FleissKappa.Of([["a", "b"], ["a", "b", "b"]]));

    [Theory]
    [InlineData("Nominal", 0.743)]
    [InlineData("Ordinal", 0.815)]
    [InlineData("Interval", 0.849)]
    [InlineData("Ratio", 0.797)]
    public void Krippendorff_matches_the_four_observers_of_the_literature(string metric, double expected) =>
        Assert.Equal(expected, KrippendorffAlpha.Of(Observed(), Enum.Parse<Metric>(metric))!.Value, 3);

    [Theory]
    [InlineData("Nominal")]
    [InlineData("Ordinal")]
    [InlineData("Interval")]
    [InlineData("Ratio")]
    public void An_item_rated_once_changes_nothing(string metric)
    {
        var level = Enum.Parse<Metric>(metric);
        Assert.Equal(KrippendorffAlpha.Of(Observed(), level), KrippendorffAlpha.Of([.. Observed(), [5, null, null, null], [null, 2, null, null]], level));
    }

    [Fact]
    public void Krippendorff_of_labels_is_that_of_nominal_codes()
    {
        var labels = Observed().Select(item => (IReadOnlyList<string>)[.. item.OfType<double>().Select(value => $"label {value}")]);
        Assert.Equal(0.743, KrippendorffAlpha.Nominal(labels)!.Value, 3);
    }

    [Fact]
    public void Krippendorff_without_a_pair_is_undefined() => Assert.Null(KrippendorffAlpha.Of([[1, null], [2]], Metric.Interval));

    [Fact]
    public void Report_names_only_coefficients_that_are_defined()
    {
        var report = AgreementReport.Of([new Dictionary<string, string> { ["rules"] = "a" }]);
        Assert.Empty(report);
    }

    [Fact]
    public void Report_of_two_annotators_has_all_coefficients()
    {
        var report = AgreementReport.Of([Item("a", "a"), Item("b", "b"), Item("a", "b"), Item("b", "b")]);
        Assert.Equal(["cohen-kappa", "fleiss-kappa", "krippendorff-alpha", "share-agreed"], report.Keys);
        Assert.Equal(0.5, report["cohen-kappa"], 6);
        Assert.Equal(0.75, report["share-agreed"]);
    }

    private static Dictionary<string, string> Item(string first, string second) => new() { ["rules"] = first, ["statistical"] = second };

    private static IEnumerable<(string, string)> Repeat(string first, string second, int times) => Enumerable.Repeat((first, second), times);

    // Krippendorff 2011, section D: twelve units, four observers, missing values.
    private static IReadOnlyList<double?>[] Observed() =>
    [
        [1, 1, null, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4], [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2],
        [null, 5, 5, 5], [null, null, 1, 1], [null, 3, null, null],
    ];
}
