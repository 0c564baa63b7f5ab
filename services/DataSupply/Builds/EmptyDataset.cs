using System.Globalization;
using Aigc.Contracts;
using Aigc.DataSupply.Rules;
using Aigc.ServiceDefaults;

namespace Aigc.DataSupply.Builds;

/// <summary>Says why nothing is left, by what removed most.</summary>
internal static class EmptyDataset
{
    public static ProblemException Problem(IReadOnlyDictionary<string, long> counts)
    {
        var read = counts.GetValueOrDefault("read");
        var removed = counts.Where(count => count.Key.StartsWith("rejected.", StringComparison.Ordinal) || count.Key.StartsWith("duplicates.", StringComparison.Ordinal));
        var skipped = counts.Where(count => count.Key.StartsWith("skipped.", StringComparison.Ordinal));
        var most = (read > 0 ? removed : skipped).OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal).FirstOrDefault();
        var message = (read, most.Key) switch
        {
            (0, null) => "The sources hold no file that an extractor reads.",
            (0, _) => string.Create(CultureInfo.InvariantCulture, $"No document could be read from the sources; most files were left out as \"{Short(most.Key)}\" ({most.Value})."),
            (_, null) => "Nothing is left of the sources.",
            _ => string.Create(CultureInfo.InvariantCulture, $"None of {read} documents is left; the rule \"{Short(most.Key)}\" removed most ({most.Value})."),
        };
        return new(new Problem { Code = "dataset_empty", Message = message, Param = "data.prepare" });
    }

    private static string Short(string key) => key[(key.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
