namespace Aigc.Benchmarks.Inference.Engines;

/// <summary>How an engine is opened. Both sides get the same.</summary>
/// <param name="Threads">Threads of a run.</param>
/// <param name="Slots">Sequences side by side.</param>
/// <param name="SlotLength">Tokens of a sequence.</param>
internal sealed record EngineSettings(int Threads, int Slots, int SlotLength);

/// <summary>An engine at the level of single steps: what a batching loop calls.</summary>
internal interface IStepEngine : IDisposable
{
    /// <summary>Runs a whole prompt into an emptied slot; its last token's logits are row 0 (or the last row) afterwards.</summary>
    void Prefill(int slot, ReadOnlySpan<int> tokens);

    /// <summary>Appends a token to each of the slots 0 … n−1, which hold <paramref name="lengths"/> tokens.</summary>
    void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths);

    /// <summary>Forgets what a slot holds behind its first tokens.</summary>
    void Truncate(int slot, int length);

    /// <summary>Logits after a run: row 0 … n−1 of a decode run; −1 the last token of a prompt.</summary>
    Span<float> Logits(int row);
}
