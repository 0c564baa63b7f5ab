using Aigc.Contracts.Annotation;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Distribution;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;

namespace Aigc.Contracts.Orchestration;

/// <summary>Command: run the chain of one chain document. Consumed by the chain-run saga.</summary>
[Queue("orchestration.chains")]
public sealed record RunChain
{
    /// <summary>Identity of the run; sending it again re-announces the outcome.</summary>
    public required Guid ChainId { get; init; }

    /// <summary>Place in the tree of jobs; a chain is a root.</summary>
    public required JobLink Job { get; init; }

    /// <summary>What to do.</summary>
    public required ChainSpec Chain { get; init; }

    /// <summary>An earlier run of the very same document that did not end well: what it made and is still there is not made again. Null to begin at the beginning.</summary>
    public Guid? Resumes { get; init; }
}

/// <summary>Command: say what an earlier run has made that stands; answered by the event <see cref="ChainRecalled"/>.</summary>
[Queue("orchestration.chain-recalls")]
public sealed record RecallChain
{
    /// <summary>The run that goes on; echoed.</summary>
    public required Guid ChainId { get; init; }

    /// <summary>The earlier run.</summary>
    public required Guid Resumes { get; init; }

    /// <summary>Tenant of both; a run of another is not there.</summary>
    public required string Tenant { get; init; }
}

/// <summary>Event: what an earlier run has made that stands; all of it left out where there is no such run.</summary>
public sealed record ChainRecalled
{
    /// <summary>The run that goes on.</summary>
    public required Guid ChainId { get; init; }

    /// <summary>Made by data supply.</summary>
    public DatasetVersionRef? Dataset { get; init; }

    /// <summary>Made by annotation.</summary>
    public DatasetVersionRef? Labels { get; init; }

    /// <summary>Made by training.</summary>
    public ModelRef? Model { get; init; }

    /// <summary>Made by inference.</summary>
    public IReadOnlyList<RecalledAnswer> Answers { get; init; } = [];

    /// <summary>Made by distribution, or rejected.</summary>
    public IReadOnlyList<RecalledPublication> Publications { get; init; } = [];
}

/// <summary>An answer of an earlier run.</summary>
public sealed record RecalledAnswer
{
    /// <summary>Place of the prompt in the document, from 0.</summary>
    public required int Prompt { get; init; }

    /// <summary>The answer.</summary>
    public required GenerationFinished Answer { get; init; }
}

/// <summary>A publication of an earlier run.</summary>
public sealed record RecalledPublication
{
    /// <summary>Place of the prompt in the document, from 0.</summary>
    public required int Prompt { get; init; }

    /// <summary>Place of the channel in the document, from 0.</summary>
    public required int Channel { get; init; }

    /// <summary>Where it went; null where somebody rejected it.</summary>
    public PublicationReceipt? Receipt { get; init; }
}

/// <summary>A chain document. A link that is left out is left out of the run; paths are absolute by the time it is on the bus.</summary>
public sealed record ChainSpec
{
    /// <summary>Name of the chain; dataset, labels and model are named after it.</summary>
    public required string Name { get; init; }

    /// <summary>Data supply.</summary>
    public required ChainData Data { get; init; }

    /// <summary>Annotation.</summary>
    public AnnotationSpec? Annotation { get; init; }

    /// <summary>Training.</summary>
    public TrainingSpec? Training { get; init; }

    /// <summary>Generation; needs training.</summary>
    public ChainGeneration? Generation { get; init; }

    /// <summary>Distribution; needs generation.</summary>
    public ChainDistribution? Distribution { get; init; }
}

/// <summary>Data supply of a chain.</summary>
public sealed record ChainData
{
    /// <summary>Where the raw data is.</summary>
    public required IReadOnlyList<DataSource> Sources { get; init; }

    /// <summary>How it is prepared.</summary>
    public PrepareSpec Prepare { get; init; } = new();
}

/// <summary>Generation of a chain.</summary>
public sealed record ChainGeneration
{
    /// <summary>One answer is generated for each.</summary>
    public required IReadOnlyList<string> Prompts { get; init; }

    /// <summary>How tokens are chosen. The seed defaults to a fixed one, so that a chain repeats.</summary>
    public SamplingSpec Sampling { get; init; } = new();
}

/// <summary>Distribution of a chain.</summary>
public sealed record ChainDistribution
{
    /// <summary>Every answer goes through each.</summary>
    public required IReadOnlyList<ChannelSpec> Channels { get; init; }

    /// <summary><c>required</c>: nothing goes out before somebody has approved it; <c>none</c> or left out: everything goes out by itself.</summary>
    public string? Approval { get; init; }

    /// <summary>Nothing goes out before this time; null for as soon as it is there.</summary>
    public DateTimeOffset? PublishAt { get; init; }

    /// <summary>Value of <see cref="Approval"/> that asks for it.</summary>
    public const string ApprovalRequired = "required";
}

/// <summary>Event: a chain run ended well.</summary>
public sealed record ChainFinished
{
    /// <summary>The run.</summary>
    public required Guid ChainId { get; init; }

    /// <summary>Its tenant.</summary>
    public required string Tenant { get; init; }
}

/// <summary>Event: a chain run ended at a link that failed.</summary>
public sealed record ChainFailed
{
    /// <summary>The run.</summary>
    public required Guid ChainId { get; init; }

    /// <summary>Why; the message names the link.</summary>
    public required Problem Problem { get; init; }
}
