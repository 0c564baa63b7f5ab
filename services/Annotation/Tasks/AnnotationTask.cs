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

    /// <summary>Its kind, one of <see cref="Kinds.TaskKinds"/>.</summary>
    public string Kind { get; init; } = Kinds.TaskKinds.Instruction;

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

    /// <summary>One of <see cref="TaskDisputes"/>; null where nobody disagrees. Kept by <see cref="TaskRules"/>.</summary>
    public string? Dispute { get; set; }

    /// <summary>Who settled a disagreement, where somebody did.</summary>
    public TaskDecision? Decision { get; set; }
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

/// <summary>What becomes of a disagreement.</summary>
internal static class TaskDisputes
{
    /// <summary>Opinions differ and nothing is decided.</summary>
    public const string Undecided = "undecided";

    /// <summary>Most people decided against somebody.</summary>
    public const string Outvoted = "outvoted";

    /// <summary>Somebody with the right to do so has decided.</summary>
    public const string Adjudicated = "adjudicated";

    public static bool IsKnown(string dispute) => dispute is Undecided or Outvoted or Adjudicated;
}

/// <summary>What is labelled. A and B are the answers to choose between, of a preference; the text is then what they answer.</summary>
internal sealed record TaskData(string DocumentId, string Title, string Text, string? A = null, string? B = null);

/// <summary>An automatic label, the pre-label of the people who look at the task.</summary>
internal sealed record TaskPrediction(string Labeler, string ModelVersion, double Score, TaskAnswer Answer);

/// <summary>A person's label, or the note that this person passed.</summary>
internal sealed record TaskAnnotation(int Number, string Annotator, string Lease, bool WasCancelled, double LeadTime, DateTimeOffset At, TaskAnswer? Answer, PreLabelUse? PreLabel = null);

/// <summary>What a person made of the pre-labels.</summary>
/// <param name="Labeler">Whose was accepted; of one that was corrected, whose was the surest.</param>
/// <param name="Accepted">Taken as it was; false: corrected.</param>
internal sealed record PreLabelUse(string Labeler, bool Accepted);

/// <summary>A person is at it until then.</summary>
internal sealed record TaskLease(string Id, string Annotator, DateTimeOffset From, DateTimeOffset Until);

/// <summary>Who settled a disagreement, when and how.</summary>
/// <param name="Id">Of the act, as the audit log has it.</param>
/// <param name="By">The person or key.</param>
/// <param name="At">When.</param>
/// <param name="Answer">What was decided.</param>
/// <param name="Note">Why, in the person's words.</param>
internal sealed record TaskDecision(Guid Id, string By, DateTimeOffset At, TaskAnswer Answer, string? Note);
