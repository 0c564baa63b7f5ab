using System.Text.Json;
using Aigc.DataSupply.Builds;
using Aigc.DataSupply.Rules;

namespace Aigc.DataSupply.Datasets;

/// <summary>A rule of a version's preset and what it removed.</summary>
internal sealed record RuleView(string Id, string Signal, string Op, double Threshold, long Removed);

/// <summary>A document that a moved threshold would treat otherwise.</summary>
/// <param name="Id">The document.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Value">Of the rule's signal.</param>
/// <param name="Text">Its beginning.</param>
internal sealed record MovedDocument(string Id, string Source, double Value, string Text);

/// <summary>
/// What a version would be with one threshold moved, found from the signals that lie beside every document: nothing is prepared again. A rejected document names the
/// first rule that met it; whether a later rule would reject it as well is known only when it is run, so <c>WouldPass</c> is an upper bound. Duplicates are not considered.
/// </summary>
internal sealed record RulePreview(RuleView Rule, double Moved, int Kept, int WouldBeRemoved, int WouldPass, IReadOnlyList<MovedDocument> Removed, IReadOnlyList<MovedDocument> Passed)
{
    private const int Examples = 10;
    private const int Excerpt = 400;

    /// <summary>Rules of a version's preset.</summary>
    public static IReadOnlyList<RuleView> Rules(DatasetVersion version) =>
    [
        .. RuleSet.Load(version.Preset).Rules.Where(rule => version.LanguagesAsked || !rule.OnlyWhenLanguagesAsked)
            .Select(rule => new RuleView(rule.Id, NameOf(rule.Signal), rule.Op, rule.Threshold, version.Counts.GetValueOrDefault("rejected." + rule.Id))),
    ];

    /// <summary>Goes through the version's documents with another threshold.</summary>
    public static async Task<RulePreview> Of(DatasetVersion version, RuleView view, double threshold, DatasetRows rows, CancellationToken ct)
    {
        var rule = RuleSet.Load(version.Preset).Rules.First(rule => rule.Id == view.Id) with { Threshold = threshold };
        var (kept, removed, passed) = (0, 0, 0);
        List<MovedDocument> removedExamples = [], passedExamples = [];
        await foreach (var (_, row) in rows.Read<DatasetRow>(version, "data/", ct))
        {
            kept++;
            if (row.Signals.TryGetValue(view.Signal, out var value) && rule.AppliesTo(row.Language, version.LanguagesAsked) && rule.Rejects(value) && removed++ < Examples)
                removedExamples.Add(new(row.Id, row.Source, value, Beginning(row.Text)));
        }

        await foreach (var (_, row) in rows.Read<RejectedRow>(version, "rejected/rejected", ct))
        {
            if (row.Rule == view.Id && !rule.Rejects(row.Value) && passed++ < Examples)
                passedExamples.Add(new(row.Id, row.Source, row.Value, Beginning(row.Text)));
        }

        return new(view, threshold, kept, removed, passed, removedExamples, passedExamples);
    }

    private static string Beginning(string text) => text.Length <= Excerpt ? text : text[..Excerpt] + "…";

    private static string NameOf(Signal signal) => JsonSerializer.SerializeToElement(signal).GetString()!;
}
