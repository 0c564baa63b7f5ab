using Aigc.Inference.Engine;

namespace Aigc.Inference.Serving;

/// <summary>Answer of <c>GET /api/inference/models</c>: what this worker serves.</summary>
/// <param name="MemoryBudgetBytes">Weights and caches of all models together may use this.</param>
/// <param name="MemoryBytes">They use this.</param>
/// <param name="Models">The models, by name.</param>
internal sealed record WorkerReport(long MemoryBudgetBytes, long MemoryBytes, IReadOnlyList<ModelReport> Models)
{
    /// <summary>Of a host, now.</summary>
    public static WorkerReport Of(ModelHost host)
    {
        var loaded = host.Loaded;
        return new(host.MemoryBudget, loaded.Sum(model => model.MemoryBytes), [.. loaded.Select(model => model.Report)]);
    }
}

/// <summary>One loaded model.</summary>
internal sealed record ModelReport(
    string Name, string Digest, string Tier, string Device, int Slots, int SlotsInUse, int Waiting, int ContextLength, long MemoryBytes,
    long Steps, long Tokens, double BackendSeconds, double OutsideSeconds)
{
    /// <summary>The graph's file: which of a folder's variants serves.</summary>
    public string? Graph { get; init; }

    /// <summary>What computes it: <c>onnxruntime</c>, or <c>managed</c> with the instructions it uses.</summary>
    public string? Kernels { get; init; }

    /// <summary>The adapters in memory.</summary>
    public IReadOnlyList<AdapterReport> Adapters { get; init; } = [];

    /// <summary>How the server behind it is: <c>unknown</c>, <c>healthy</c> or <c>unhealthy</c>; null for a model this process runs.</summary>
    public string? State { get; init; }

    /// <summary>The model that proposes its tokens; null where none is configured.</summary>
    public DraftReport? Draft { get; init; }

    /// <summary>Of a model, now.</summary>
    public static ModelReport Of(EngineModel model, SchedulerLimits limits)
    {
        EngineStatistics statistics = model.Generator.Statistics;
        var (active, waiting) = model.Generator.Load;
        return new(
            model.Reference.Name, model.Digest, model.Reference.Tier, model.Device, limits.Slots, active, waiting, limits.SlotLength, model.MemoryBytes,
            statistics.Steps, statistics.Tokens, statistics.BackendTime.TotalSeconds, statistics.OutsideTime.TotalSeconds)
        {
            Adapters = model.Adapters.Report,
        };
    }
}
