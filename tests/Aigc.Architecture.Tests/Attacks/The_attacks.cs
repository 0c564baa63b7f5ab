using System.Text.RegularExpressions;

namespace Aigc.Architecture.Tests.Attacks;

/// <summary>docs/attacks.md names a test for what it promises: a test that is renamed or removed is missed here.</summary>
public sealed partial class The_attacks
{
    private static readonly int[] Numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 19, 21, 22, 26];

    [Fact]
    public void Have_the_tests_the_page_names()
    {
        var named = Names().Matches(Page()).Select(match => (Text: match.Value, Project: match.Groups[1].Value, Class: match.Groups[2].Value, Test: match.Groups[3].Value)).ToList();

        Assert.True(named.Count > 20, "The page's tests were not found.");
        Assert.All(named, name => Assert.True(Exists(name.Project, name.Class, name.Test), $"{name.Text} is no test."));
    }

    [Fact]
    public void Are_all_on_the_page() =>
        Assert.Equal(Numbers, Rows().Matches(Page()).Select(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).Distinct());

    [Fact]
    public void Have_a_test_in_every_row_and_no_empty_cell() => Assert.All(
        Page().Split('\n').Where(line => Rows().IsMatch(line)),
        row =>
        {
            var cells = row.Trim().Trim('|').Split('|');
            Assert.Equal(4, cells.Length);
            Assert.DoesNotContain(cells, string.IsNullOrWhiteSpace);
            Assert.Matches(Names(), cells[3]);
        });

    [Fact]
    public void With_stored_scripts_find_no_page_that_renders_markup() => Assert.All(
        Repository.Files("services/Application", "*.razor").Concat(Repository.Files("services/Application", "*.cs")).Concat(Repository.Files("services/Application/wwwroot", "*.js")),
        path => Assert.False(Markup().IsMatch(File.ReadAllText(path)), path));

    [Theory]
    [InlineData("The_attacks", "Are_all_on_the_page", true)]
    [InlineData("The_attacks", "Page", false)]
    [InlineData("The_attacks", "Are_all", false)]
    [InlineData("The_defences", "Are_all_on_the_page", false)]
    public void Are_not_answered_by_what_is_no_test(string type, string test, bool exists) => Assert.Equal(exists, Exists("Architecture", type, test));

    [Fact]
    public void On_a_keys_timing_find_a_comparison_in_fixed_time()
    {
        var keys = File.ReadAllText(Path.Combine(Repository.Root, "services/Gateway/Keys/ApiKeys.cs"));

        Assert.Contains("CryptographicOperations.FixedTimeEquals(", keys, StringComparison.Ordinal);
        Assert.DoesNotMatch(PlainComparison(), keys);
    }

    private static bool Exists(string project, string type, string test) => Repository.Files($"tests/Aigc.{project}.Tests", $"{type}.cs").Any(path =>
        Regex.IsMatch(File.ReadAllText(path), $@"\[(Fact|Theory)[^\]]*\](\s*\[[^\n]*\])*\s+public (async Task|Task|void) {Regex.Escape(test)}\(", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10)));

    private static string Page() => File.ReadAllText(Path.Combine(Repository.Root, "docs/attacks.md"));

    [GeneratedRegex(@"MarkupString|AddMarkupContent|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|srcdoc")]
    private static partial Regex Markup();

    [GeneratedRegex(@"`(\w+)\.(\w+)\.(\w+)`")]
    private static partial Regex Names();

    [GeneratedRegex(@"^\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Rows();

    [GeneratedRegex(@"Hash\w*\s*[!=]=(?!\s*null)|[!=]=\s*\w*\.?\w*[Hh]ash\b|\.Equals\([^)]*[Hh]ash")]
    private static partial Regex PlainComparison();
}
