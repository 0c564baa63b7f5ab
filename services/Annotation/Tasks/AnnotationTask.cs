using Aigc.Storage.Documents;

namespace Aigc.Annotation.Tasks;

/// <summary>
/// One document to label, in Label Studio's terms: data, predictions of automatic labelers, annotations of people. The whole task is one document,
/// so that leasing, submitting and deciding are each one compare-and-swap: overlap holds under any number of annotators.
/// </summary>
internal sealed class AnnotationTask : IDocument
{
    /// <summary>Campaign id, a dash, and the number: the same sample gives the same tasks.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Campaign { get; init; }

    public required int Number { get; init; }

    public required TaskData Data { get; init; }

    public List<TaskPrediction> Predictions { get; set; } = [];

    public List<TaskAnnotation> Annotations { get; set; } = [];

    public List<TaskLease> Leases { get; set; } = [];

    /// <summary>One of <see cref="TaskStatuses"/>.</summary>
    public string Status { get; set; } = TaskStatuses.Open;

    /// <summary>People's labels wanted before it is decided.</summary>
    public int Wanted { get; set; }

    /// <summary>From when the next annotator may have it; null when nobody may any more. Kept by <see cref="TaskRules"/>.</summary>
    public DateTimeOffset? LeasableAt { get; set; }

    /// <summary>The label, once decided.</summary>
    public TaskAnswer? Answer { get; set; }
}

/// <summary>Life of a task.</summary>
internal static class TaskStatuses
{
    /// <summary>Waits for people.</summary>
    public const string Open = "open";

    /// <summary>The automatic labelers agreed.</summary>
    public const string Agreed = "agreed";

    /// <summary>People decided.</summary>
    public const string Resolved = "resolved";

    public static bool IsKnown(string status) => status is Open or Agreed or Resolved;
}

/// <summary>What is labelled.</summary>
internal sealed record TaskData(string DocumentId, string Title, string Text);

/// <summary>An automatic label.</summary>
internal sealed record TaskPrediction(string Labeler, string ModelVersion, double Score, TaskAnswer Answer);

/// <summary>A person's label, or the note that this person passed.</summary>
internal sealed record TaskAnnotation(int Number, string Annotator, string Lease, bool WasCancelled, double LeadTime, DateTimeOffset At, TaskAnswer? Answer);

/// <summary>A person is at it until then.</summary>
internal sealed record TaskLease(string Id, string Annotator, DateTimeOffset From, DateTimeOffset Until);

/// <summary>The label: topic always; the pair where the campaign's task asks for one. The score is the pair's, 0–1, where a labeler made it.</summary>
internal sealed record TaskAnswer(string Topic, string? Instruction, string? Response, double? PairScore = null)
{
    public bool HasPair => !string.IsNullOrWhiteSpace(Instruction) && !string.IsNullOrWhiteSpace(Response);
}
