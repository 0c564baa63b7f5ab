using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Jobs;

namespace Aigc.Contracts.Annotation;

/// <summary>Command: label a sample of a dataset version. Consumed by the labeling-campaign saga.</summary>
[Queue("annotation.campaigns")]
public sealed record RunLabelingCampaign
{
    /// <summary>Identity of the campaign; sending it again re-announces the outcome.</summary>
    public required Guid CampaignId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Campaign name.</summary>
    public required string Name { get; init; }

    /// <summary>What is labelled.</summary>
    public required DatasetVersionRef Dataset { get; init; }

    /// <summary>How it is labelled.</summary>
    public required AnnotationSpec Annotation { get; init; }
}

/// <summary>How a sample of a dataset is labelled.</summary>
public sealed record AnnotationSpec
{
    /// <summary>
    /// <c>instruction</c>: an instruction/response pair and a topic per document; <c>topic</c>: the topic alone; <c>classification</c>: one of
    /// <see cref="Labels"/>; <c>spans</c>: <see cref="Labels"/> over ranges of characters; <c>preference</c>: the better of two answers; <c>text</c>: free text.
    /// </summary>
    public string Task { get; init; } = "instruction";

    /// <summary>What may be chosen, of <c>classification</c> and <c>spans</c>; null elsewhere.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>What the annotator is asked; null where the task says it.</summary>
    public string? Question { get; init; }

    /// <summary>Whether <c>spans</c> of different labels may share characters; null is no.</summary>
    public bool? SpansOverlap { get; init; }

    /// <summary>Most characters of a <c>text</c>; null is 4,000.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Regular expression that the whole of a <c>text</c> matches, without look-arounds and back references; null where anything goes.</summary>
    public string? Pattern { get; init; }

    /// <summary>Automatic labelers, by name: <c>rules</c>, <c>statistical</c>. They know <c>instruction</c> and <c>topic</c>; the others bring their pre-labels along.</summary>
    public IReadOnlyList<string> Labelers { get; init; } = ["rules", "statistical"];

    /// <summary>Labels wanted per task.</summary>
    public int Overlap { get; init; } = 2;

    /// <summary><c>continue</c>: disagreements stay open for people and the run goes on without them; <c>wait</c>: it waits for people.</summary>
    public string OnDisagreement { get; init; } = "continue";

    /// <summary>Documents in the sample.</summary>
    public int Sample { get; init; } = 2000;
}

/// <summary>Event: a labelled dataset version stands.</summary>
public sealed record LabelingFinished
{
    /// <summary>The campaign.</summary>
    public required Guid CampaignId { get; init; }

    /// <summary>The labelled version: a folder artifact, rows of instruction, response and topic.</summary>
    public required DatasetVersionRef Labels { get; init; }

    /// <summary>Tasks labelled and agreed.</summary>
    public required long Agreed { get; init; }

    /// <summary>Tasks left open for a person.</summary>
    public required long Open { get; init; }

    /// <summary>Agreement coefficients by name (<c>cohen-kappa</c>, <c>krippendorff-alpha</c>), between −1 and 1.</summary>
    public IReadOnlyDictionary<string, double> Agreement { get; init; } = new Dictionary<string, double>();

    /// <summary>True when the inputs had not changed and nothing was labelled again.</summary>
    public bool Reused { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Event: a campaign ended without labels.</summary>
public sealed record LabelingFailed
{
    /// <summary>The campaign.</summary>
    public required Guid CampaignId { get; init; }

    /// <summary>Why.</summary>
    public required Problem Problem { get; init; }
}

/// <summary>Command: draw the sample, create its tasks and let the automatic labelers label them.</summary>
[Queue("annotation.prelabel")]
public sealed record LabelTasks
{
    /// <summary>The campaign.</summary>
    public required Guid CampaignId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>What is labelled.</summary>
    public required DatasetVersionRef Dataset { get; init; }

    /// <summary>How it is labelled.</summary>
    public required AnnotationSpec Annotation { get; init; }
}

/// <summary>Event: the automatic labelers are done with a campaign's tasks.</summary>
public sealed record TasksLabeled
{
    /// <summary>The campaign.</summary>
    public required Guid CampaignId { get; init; }

    /// <summary>Tasks labelled and agreed.</summary>
    public required long Agreed { get; init; }

    /// <summary>Tasks open for a person.</summary>
    public required long Open { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Command: count the tasks a campaign still has open; answered by <see cref="TaskSubmitted"/>. Asked after a label and by the sweep.</summary>
[Queue("annotation.progress")]
public sealed record CountOpenTasks
{
    /// <summary>The campaign.</summary>
    public required Guid CampaignId { get; init; }
}

/// <summary>Event: a person labelled a task, so a waiting campaign may be complete.</summary>
public sealed record TaskSubmitted
{
    /// <summary>The campaign.</summary>
    public required Guid CampaignId { get; init; }

    /// <summary>Tasks still open for a person.</summary>
    public required long Open { get; init; }
}

/// <summary>Command: compute agreement and write the labelled version.</summary>
[Queue("annotation.export")]
public sealed record ExportLabels
{
    /// <summary>The campaign.</summary>
    public required Guid CampaignId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Name of the labelled dataset.</summary>
    public required string Name { get; init; }

    /// <summary>What was labelled.</summary>
    public required DatasetVersionRef Dataset { get; init; }

    /// <summary>How it was labelled.</summary>
    public required AnnotationSpec Annotation { get; init; }
}

/// <summary>Event: the labelled version is written.</summary>
public sealed record LabelsExported
{
    /// <summary>The campaign.</summary>
    public required Guid CampaignId { get; init; }

    /// <summary>The labelled version.</summary>
    public required DatasetVersionRef Labels { get; init; }

    /// <summary>Tasks labelled and agreed.</summary>
    public required long Agreed { get; init; }

    /// <summary>Tasks left open for a person.</summary>
    public required long Open { get; init; }

    /// <summary>Agreement coefficients by name.</summary>
    public IReadOnlyDictionary<string, double> Agreement { get; init; } = new Dictionary<string, double>();

    /// <summary>True when the inputs had not changed and nothing was written again.</summary>
    public bool Reused { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Event: a step of a campaign cannot succeed.</summary>
public sealed record CampaignStepFailed
{
    /// <summary>The campaign.</summary>
    public required Guid CampaignId { get; init; }

    /// <summary>Why.</summary>
    public required Problem Problem { get; init; }
}
