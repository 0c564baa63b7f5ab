using Aigc.Contracts.Annotation;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Distribution;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Sagas;

namespace Aigc.Orchestration.Chains;

/// <summary>One run of a chain document, and what its links have made so far.</summary>
public sealed class ChainRun : ProcessSaga
{
    /// <summary>What to do.</summary>
    public ChainSpec Chain { get; set; } = null!;

    /// <summary>The earlier run it goes on from.</summary>
    public Guid? Resumes { get; set; }

    /// <summary>Made by data supply.</summary>
    public DatasetVersionRef? Dataset { get; set; }

    /// <summary>Made by annotation.</summary>
    public DatasetVersionRef? Labels { get; set; }

    /// <summary>Made by training.</summary>
    public ModelRef? Model { get; set; }

    /// <summary>Made by inference, by generation.</summary>
    public Dictionary<Guid, GenerationFinished> Answers { get; set; } = [];

    /// <summary>Made by distribution, by publication.</summary>
    public Dictionary<Guid, PublicationReceipt> Receipts { get; set; } = [];

    /// <summary>Publications somebody has rejected: settled, and no fault of the run.</summary>
    public HashSet<Guid> Rejected { get; set; } = [];
}
