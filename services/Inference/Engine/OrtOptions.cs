namespace Aigc.Inference.Engine;

/// <summary>Where a model runs.</summary>
public enum InferenceDevice
{
    /// <summary>CUDA when this build and machine have it, else the processor; a refusal is logged.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>CUDA or nothing: a refusal makes the model unloadable.</summary>
    Cuda,
}

/// <summary>How the engine runs one model.</summary>
/// <param name="Slots">Sequences side by side.</param>
/// <param name="SlotLength">Tokens a slot holds.</param>
/// <param name="Threads">Threads of a run; 0 lets ONNX Runtime take every core.</param>
/// <param name="Spinning">Whether idle threads of the pool spin. Faster on cores of one's own; on shared ones spinning pools collapse.</param>
/// <param name="ChunkAlone">Largest prompt chunk.</param>
/// <param name="ChunkShared">Prompt chunk while others decode.</param>
internal sealed record OrtOptions(int Slots, int SlotLength, int Threads = 0, bool Spinning = false, int ChunkAlone = 512, int ChunkShared = 128)
{
    /// <summary>Tokens of one sequence whose logits a run is to give at once, so that what a draft proposed can be verified; 0: the last one's only.</summary>
    public int MostVerified { get; init; }

    /// <summary>Rows of logits a run may give.</summary>
    public int LogitRows => Math.Max(Slots, MostVerified);

    /// <summary>Scheduler limits that fit these slots.</summary>
    /// <param name="waitingLine">Sequences that may wait.</param>
    /// <param name="kvTokens">Tokens of cache the sequences in slots may need together; 0 for all there are.</param>
    public SchedulerLimits Limits(int waitingLine, long kvTokens = 0)
    {
        var limits = new SchedulerLimits(Slots, SlotLength, waitingLine, ChunkAlone, ChunkShared);
        return kvTokens > 0 ? limits with { KvTokens = Math.Min(kvTokens, limits.KvTokens) } : limits;
    }
}
