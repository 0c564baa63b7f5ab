using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aigc.Application.Studio.Annotate;

/// <summary>A campaign as <c>/api/annotation/campaigns</c> tells it; what Studio does not show is left out.</summary>
internal sealed record CampaignView(
    Guid Id, string Status, string Name, string Dataset, int? Tasks, long? Agreed, long? Open, Dictionary<string, double>? Agreement, string? Labels, string? LabelConfig, SpecView? Annotation,
    DateTimeOffset CreatedAt)
{
    /// <summary>Whether people have something to do.</summary>
    public bool Waits => Status == "waiting-for-people" || Open is > 0;
}

/// <summary>How a campaign's tasks are labelled.</summary>
public sealed record SpecView(string Task, List<string>? Labels = null, string? Question = null, bool? SpansOverlap = null, int? MaxLength = null, string? Pattern = null, int Overlap = 2);

/// <summary>A page of something.</summary>
internal sealed record PageOf<T>(List<T> Data, long? Total);

/// <summary>A task and the lease on it.</summary>
internal sealed record LeasedTask(string Lease, DateTimeOffset Until, string LabelConfig, SpecView Annotation, TaskView Task);

/// <summary>A task in Label Studio's form.</summary>
internal sealed record TaskView(string Id, string Status, int Wanted, TaskBody Task, string? Dispute = null, DecisionView? Decision = null);

/// <summary>Who settled a disagreement.</summary>
internal sealed record DecisionView(string By, DateTimeOffset At, string? Note);

/// <summary>The document, what programs say and what people said.</summary>
public sealed record TaskBody(TaskText Data, List<PredictionView> Predictions, List<AnnotationView> Annotations);

/// <summary>The document; of a preference, with the two answers to it.</summary>
public sealed record TaskText(string Text, string Title, string? A = null, string? B = null);

/// <summary>What an automatic labeler says.</summary>
public sealed record PredictionView(JsonElement Result, double Score)
{
    /// <summary>Its name.</summary>
    [JsonPropertyName("model_version")]
    public string Labeler { get; init; } = "";
}

/// <summary>What a person said.</summary>
public sealed record AnnotationView(JsonElement Result)
{
    /// <summary>Who.</summary>
    [JsonPropertyName("completed_by")]
    public string By { get; init; } = "";

    /// <summary>Whether the person passed.</summary>
    [JsonPropertyName("was_cancelled")]
    public bool Skipped { get; init; }

    /// <summary>Whether it settled a disagreement.</summary>
    [JsonPropertyName("ground_truth")]
    public bool Decided { get; init; }
}

/// <summary>Agreement of a campaign.</summary>
internal sealed record AgreementView(
    int Tasks, Dictionary<string, double> Labelers, Dictionary<string, double> People, Dictionary<string, double> Everybody, List<PreLabelView> PreLabels, DisputesView Disputes);

/// <summary>What people made of a labeler's pre-labels.</summary>
internal sealed record PreLabelView(string Labeler, int Accepted, int Corrected);

/// <summary>Disagreements by what becomes of them.</summary>
internal sealed record DisputesView(long Undecided, long Outvoted, long Adjudicated);
