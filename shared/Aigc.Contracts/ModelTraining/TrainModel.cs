using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Jobs;

namespace Aigc.Contracts.ModelTraining;

/// <summary>Command: produce one model. Consumed by the training-run saga and by nothing else.</summary>
[Queue("model-training.runs")]
public sealed record TrainModel
{
    /// <summary>Identity of the run; sending it again re-announces the outcome.</summary>
    public required Guid RunId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Name of the model to make, kebab case.</summary>
    public required string Name { get; init; }

    /// <summary>Text to learn from.</summary>
    public required DatasetVersionRef Dataset { get; init; }

    /// <summary>Instruction pairs to learn from as well.</summary>
    public DatasetVersionRef? Labels { get; init; }

    /// <summary>How it is trained.</summary>
    public required TrainingSpec Training { get; init; }
}

/// <summary>How a model is trained.</summary>
public sealed record TrainingSpec
{
    /// <summary>
    /// What is made: <c>decoder</c>, also when null, writes text; <c>classifier</c> learns the <c>labels</c> of the dataset's rows. A classifier has no shape
    /// and no base, and takes neither instruction pairs nor notice of <see cref="Shape"/>.
    /// </summary>
    public string? Kind { get; init; }

    /// <summary><c>large</c>, <c>small</c> or <c>micro</c>: a fact on the card.</summary>
    public string Tier { get; init; } = "small";

    /// <summary><c>scratch</c>, or the name of a registered base model.</summary>
    public string From { get; init; } = "scratch";

    /// <summary>Named Llama shape: <c>nano</c>, <c>tiny</c> or <c>mini</c>.</summary>
    public string Shape { get; init; } = "tiny";

    /// <summary>When training stops.</summary>
    public TrainingBudget Budget { get; init; } = new();

    /// <summary>What the model must beat to be registered as passed.</summary>
    public TrainingGate Gate { get; init; } = new();

    /// <summary>Random seed.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>When training stops: whichever comes first.</summary>
public sealed record TrainingBudget
{
    /// <summary>Minutes of fitting, not counting preparation and export.</summary>
    public double Minutes { get; init; } = 4;

    /// <summary>Optimiser steps; null for as many as fit the minutes.</summary>
    public int? Steps { get; init; }

    /// <summary>Times every token is seen; null for as often as fits. Less than a step is a step.</summary>
    public double? Epochs { get; init; }
}

/// <summary>Evaluation gate of a training run.</summary>
public sealed record TrainingGate
{
    /// <summary>
    /// <c>ngram-baseline</c>: fewer bits per byte on the validation split than a byte 3-gram model with back-off, of a classifier a macro F1 on held-out rows
    /// above that of the best single n-gram of words a label; <c>none</c>.
    /// </summary>
    public string BetterThan { get; init; } = "ngram-baseline";
}

/// <summary>Event: a model is trained, exported and has passed its gate.</summary>
public sealed record ModelTrained
{
    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The model.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>How good it is.</summary>
    public required EvaluationReport Evaluation { get; init; }

    /// <summary>True when the inputs had not changed and nothing was trained again.</summary>
    public bool Reused { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Event: a run ended without a model.</summary>
public sealed record TrainingFailed
{
    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>Why; code <c>gate_failed</c> when the model exists and did not beat the baseline.</summary>
    public required Problem Problem { get; init; }

    /// <summary>How good it was, where it got that far.</summary>
    public EvaluationReport? Evaluation { get; init; }
}

/// <summary>Points at one immutable model folder.</summary>
public sealed record ModelRef
{
    /// <summary>Registered name.</summary>
    public required string Name { get; init; }

    /// <summary>The folder: <c>model.onnx</c>, its external data, configuration, tokenizer and card.</summary>
    public required ArtifactRef Folder { get; init; }

    /// <summary><c>large</c>, <c>small</c> or <c>micro</c>.</summary>
    public required string Tier { get; init; }

    /// <summary>Queue pool it is served from: <c>inference.text.&lt;pool&gt;</c>.</summary>
    public string Pool { get; init; } = "default";

    /// <summary>
    /// An adapter's folder (<c>adapter_config.json</c>, <c>adapter_model.safetensors</c>) that is added to the folder while it serves; null for the folder
    /// alone. Many models can share one loaded folder this way: a person's micro model is a small folder beside everybody's large one.
    /// </summary>
    public ArtifactRef? Adapter { get; init; }

    /// <summary>Largest number of tokens of prompt and answer together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>What a classifier tells texts apart by; empty for a model that writes text or gives vectors.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>By value, the labels' too: a list of its own would make every message's reference another one.</summary>
    public bool Equals(ModelRef? other) =>
        other is not null
        && (Name, Folder, Tier, Pool, Adapter, ContextLength) == (other.Name, other.Folder, other.Tier, other.Pool, other.Adapter, other.ContextLength)
        && Labels.SequenceEqual(other.Labels);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, Folder, Tier, Pool, Adapter, ContextLength);
}

/// <summary>How good a model is on held-out text.</summary>
public sealed record EvaluationReport
{
    /// <summary>Bits per byte of UTF-8 on the validation split; 0 of a classifier, as is the baseline's.</summary>
    public required double BitsPerByte { get; init; }

    /// <summary>The same of the baseline named by the gate.</summary>
    public required double BaselineBitsPerByte { get; init; }

    /// <summary>Bytes the figures were measured on.</summary>
    public required long Bytes { get; init; }

    /// <summary>Largest absolute difference of a logit between the trainer and the exported graph.</summary>
    public double ExportMaxLogitDifference { get; init; }

    /// <summary>True when the gate is passed.</summary>
    public required bool Passed { get; init; }

    /// <summary>Loss curve: pairs of step and training loss in nats per token, of a classifier in nats per label of a row.</summary>
    public IReadOnlyList<LossPoint> Loss { get; init; } = [];

    /// <summary>How well a classifier tells texts apart; null of other models.</summary>
    public ClassifierReport? Classifier { get; init; }
}

/// <summary>One point of a loss curve.</summary>
public sealed record LossPoint
{
    /// <summary>Optimiser step.</summary>
    public required int Step { get; init; }

    /// <summary>Training loss, nats per token, smoothed.</summary>
    public required double Loss { get; init; }
}

/// <summary>Command: fit, evaluate and export a model in the supervised trainer process. Long work: acknowledged into a leased record.</summary>
[Queue("model-training.fit")]
public sealed record FitModel
{
    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Name of the model to make.</summary>
    public required string Name { get; init; }

    /// <summary>Text to learn from.</summary>
    public required DatasetVersionRef Dataset { get; init; }

    /// <summary>Instruction pairs to learn from as well.</summary>
    public DatasetVersionRef? Labels { get; init; }

    /// <summary>How it is trained.</summary>
    public required TrainingSpec Training { get; init; }
}

/// <summary>Event: the trainer process is done: the folder is exported and measured; whether it passed is the saga's to say.</summary>
public sealed record ModelFitted
{
    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The model.</summary>
    public required ModelRef Model { get; init; }

    /// <summary>How good it is.</summary>
    public required EvaluationReport Evaluation { get; init; }

    /// <summary>True when the inputs had not changed and nothing was trained again.</summary>
    public bool Reused { get; init; }

    /// <summary>Times the trainer process died and was resumed from its last checkpoint.</summary>
    public int Crashes { get; init; }

    /// <summary>What it used.</summary>
    public StepUsage Usage { get; init; } = new();
}

/// <summary>Event: fitting cannot succeed.</summary>
public sealed record FitFailed
{
    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>Why.</summary>
    public required Problem Problem { get; init; }
}
