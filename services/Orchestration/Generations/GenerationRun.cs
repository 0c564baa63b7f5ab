using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Sagas;

namespace Aigc.Orchestration.Generations;

/// <summary>One durable generation: asked for, answered, stored.</summary>
public sealed class GenerationRun : ProcessSaga
{
    /// <summary>What was asked.</summary>
    public RequestGeneration Request { get; set; } = null!;

    /// <summary>The model that answers.</summary>
    public ModelRef? Model { get; set; }

    /// <summary>The answer, until it is stored.</summary>
    public TextGenerated? Answer { get; set; }

    /// <summary>The stored answer.</summary>
    public StoredContent? Content { get; set; }

    /// <summary>Whether an earlier answer to the same request was taken.</summary>
    public bool Reused { get; set; }
}
