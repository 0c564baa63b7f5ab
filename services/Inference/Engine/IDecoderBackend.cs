using Aigc.Inference.Engine.Adapters;

namespace Aigc.Inference.Engine;

/// <summary>
/// The tensor side of generation: a fixed number of slots, each with room for one sequence's keys and values. It knows nothing of requests,
/// text or time; the batching core knows nothing of tensors. One thread at a time.
/// </summary>
internal interface IDecoderBackend : IDisposable
{
    /// <summary>Sequences that fit side by side.</summary>
    int Slots { get; }

    /// <summary>Tokens that fit into one slot: prompt and answer together.</summary>
    int SlotLength { get; }

    /// <summary>Width of a row of logits.</summary>
    int VocabularySize { get; }

    /// <summary>Bytes reserved for keys and values; touched only as slots fill.</summary>
    long KvBytes { get; }

    /// <summary>What it runs on: <c>cpu</c> or <c>cuda</c>.</summary>
    string Device { get; }

    /// <summary>
    /// Runs one chunk of a prompt into <paramref name="slot"/>, behind the <paramref name="position"/> tokens that are there already.
    /// Afterwards <see cref="Logits"/> row 0 holds the logits of the chunk's last token.
    /// </summary>
    void Prefill(int slot, ReadOnlySpan<int> tokens, int position);

    /// <summary>
    /// Appends one token to each of the slots 0 … n−1. <paramref name="lengths"/> are the tokens each slot holds before the call, at least 1.
    /// Afterwards <see cref="Logits"/> row i belongs to slot i.
    /// </summary>
    void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths);

    /// <summary>Most tokens <see cref="Verify"/> takes; 0 where it cannot.</summary>
    int MostVerified => 0;

    /// <summary>
    /// Runs tokens into <paramref name="slot"/> behind the <paramref name="position"/> that are there; afterwards <see cref="Logits"/> row i holds those of the i-th of
    /// them. Whoever does not keep all of them lets the next run begin at an earlier position.
    /// </summary>
    void Verify(int slot, ReadOnlySpan<int> tokens, int position) => throw new NotSupportedException("This model's logits are told for the last token only.");

    /// <summary>
    /// Until the next call for this slot, its sequence is run with an adapter (null: without). Told before each run, so that slots can be moved and reused
    /// without a thought of it.
    /// </summary>
    void Adapt(int slot, AdapterWeights? adapter)
    {
        if (adapter is not null)
            throw new NotSupportedException("This model takes no adapters.");
    }

    /// <summary>Logits of the last run, valid until the next one.</summary>
    Span<float> Logits(int row);

    /// <summary>Copies the first <paramref name="length"/> tokens of one slot over another: keeps the active slots contiguous.</summary>
    void Move(int from, int to, int length);
}
