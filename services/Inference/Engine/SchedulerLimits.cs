namespace Aigc.Inference.Engine;

/// <summary>What the scheduler may give out.</summary>
/// <param name="Slots">Sequences side by side.</param>
/// <param name="SlotLength">Tokens a slot holds.</param>
/// <param name="WaitingLine">Most sequences waiting for a slot; more are refused rather than kept in memory.</param>
/// <param name="ChunkAlone">Prompt tokens a step when nobody decodes: larger chunks are faster.</param>
/// <param name="ChunkShared">Prompt tokens a step while others decode: bounds how long their next token waits.</param>
internal sealed record SchedulerLimits(int Slots, int SlotLength, int WaitingLine = 256, int ChunkAlone = 512, int ChunkShared = 128)
{
    /// <summary>
    /// Tokens of cache that the sequences in slots may need together: prompt and longest answer of each. A slot's memory is touched only as it fills, so an
    /// arena may be larger than what may be used of it; by default it is not.
    /// </summary>
    public long KvTokens { get; init; } = (long)Slots * SlotLength;

    /// <summary>
    /// A shared beginning of fewer tokens is computed again. Up to about that many tokens a run on a processor costs the same, because it reads all weights
    /// once whatever their number, so that there is nothing to win; it is also the block of vLLM's prefix cache.
    /// </summary>
    public int LeastShared { get; init; } = 16;

    /// <summary>While both classes wait, every so many admissions one is a batch sequence's: batch work is slow then, but it goes on.</summary>
    public int BatchTurn { get; init; } = 8;

    /// <summary>How often a batch sequence gives its slot to an interactive one. After that it stays to its end: what it loses each time is bounded.</summary>
    public int MostPreemptions { get; init; } = 2;
}

/// <summary>Answer to a sequence that wants in.</summary>
internal enum Admission
{
    /// <summary>It waits for its turn.</summary>
    Accepted,

    /// <summary>Its prompt leaves no room for a single token of answer.</summary>
    TooLong,

    /// <summary>The waiting line is full, and nobody in it takes a larger part of it than this sequence's tenant.</summary>
    LineFull,
}
