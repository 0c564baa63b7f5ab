namespace Aigc.Application.Studio.Data;

/// <summary>A dataset version as <c>/api/datasets</c> tells it.</summary>
internal sealed record DatasetView(string Digest, string Name, long TrainRows, long ValidationRows, long TextBytes, DateTimeOffset CreatedAt);

/// <summary>A version with its counts by stage and its card.</summary>
internal sealed record DatasetDetails(DatasetView Dataset, Dictionary<string, long> Counts, string Card);

/// <summary>Rows, and where to go on.</summary>
internal sealed record RowsOf<T>(List<T> Data, int? After);

/// <summary>A kept document.</summary>
internal sealed record DocumentView(string Id, string Text, string Source, string? Title, string Language, Dictionary<string, double> Signals);

/// <summary>A removed document: the rule, what was measured and the threshold.</summary>
internal sealed record RejectedView(string Id, string Source, string Rule, double Value, double Threshold, string Language, string Text);

/// <summary>A rule and what it removed.</summary>
internal sealed record RuleView(string Id, string Signal, string Op, double Threshold, long Removed);

/// <summary>What a moved threshold would change.</summary>
internal sealed record PreviewView(int Kept, int WouldBeRemoved, int WouldPass, List<MovedView> Removed, List<MovedView> Passed);

/// <summary>A document that would be treated otherwise.</summary>
public sealed record MovedView(string Id, string Source, double Value, string Text);
