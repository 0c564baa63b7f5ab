using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;

namespace Aigc.Contracts.Application;

/// <summary>Command: make a model of a file of conversations. Consumed by the fine-tuning saga, which orders a training run.</summary>
[Queue("application.fine-tuning")]
public sealed record FineTune
{
    /// <summary>Identity of the job; sending it again re-announces where it stands.</summary>
    public required Guid TuningId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>What the client called the model to begin with.</summary>
    public required string Base { get; init; }

    /// <summary>Name to register the model under, kebab case.</summary>
    public required string ModelName { get; init; }

    /// <summary>Name the API has for the model.</summary>
    public string PublicName { get; init; } = "";

    /// <summary>The conversations: JSON Lines of <c>messages</c>.</summary>
    public required ArtifactRef Examples { get; init; }

    /// <summary>Conversations to measure on; null to hold some of the others out.</summary>
    public ArtifactRef? Validation { get; init; }

    /// <summary>How it is trained.</summary>
    public required TrainingSpec Training { get; init; }

    /// <summary>Id of the file of conversations.</summary>
    public string TrainingFile { get; init; } = "";

    /// <summary>Id of the file to measure on.</summary>
    public string? ValidationFile { get; init; }

    /// <summary>Epochs as the client asked for them; null for <c>auto</c>.</summary>
    public double? Epochs { get; init; }

    /// <summary>What the client wants to find again with it.</summary>
    public IReadOnlyList<MetadataPair> Metadata { get; init; } = [];
}

/// <summary>Event: a fine-tuning job has ended.</summary>
public sealed record FineTuningEnded
{
    /// <summary>The job.</summary>
    public required Guid TuningId { get; init; }

    /// <summary>Tenant that owns it.</summary>
    public required string Tenant { get; init; }

    /// <summary><c>succeeded</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The model, where there is one.</summary>
    public ModelRef? Model { get; init; }
}

/// <summary>Command: make a dataset version of a file of conversations. Long work: acknowledged into a leased record.</summary>
[Queue("application.fine-tuning.prepare")]
public sealed record PrepareExamples
{
    /// <summary>The job.</summary>
    public required Guid TuningId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Name of the dataset.</summary>
    public required string Name { get; init; }

    /// <summary>The conversations.</summary>
    public required ArtifactRef Examples { get; init; }

    /// <summary>Conversations to measure on; null to hold some of the others out.</summary>
    public ArtifactRef? Validation { get; init; }
}

/// <summary>Event: the conversations are a dataset version.</summary>
public sealed record ExamplesPrepared
{
    /// <summary>The job.</summary>
    public required Guid TuningId { get; init; }

    /// <summary>The version.</summary>
    public required DatasetVersionRef Dataset { get; init; }
}

/// <summary>Event: they cannot be one.</summary>
public sealed record ExamplesRefused
{
    /// <summary>The job.</summary>
    public required Guid TuningId { get; init; }

    /// <summary>Why.</summary>
    public required Problem Problem { get; init; }
}
