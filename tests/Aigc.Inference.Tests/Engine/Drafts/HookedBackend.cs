using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Engine.Drafts;

/// <summary>Tells of runs before they begin, and counts them.</summary>
internal sealed class HookedBackend(IDecoderBackend inner) : IDecoderBackend
{
    /// <summary>Gets the rows of a decode run or a verification and the first one's length.</summary>
    public Action<int, int>? BeforeRun { get; set; }

    public int Verifications { get; private set; }

    public int LargestBatch { get; private set; }

    public int Slots => inner.Slots;

    public int SlotLength => inner.SlotLength;

    public int VocabularySize => inner.VocabularySize;

    public long KvBytes => inner.KvBytes;

    public string Device => inner.Device;

    public int MostVerified => inner.MostVerified;

    public void Prefill(int slot, ReadOnlySpan<int> tokens, int position) => inner.Prefill(slot, tokens, position);

    public void Verify(int slot, ReadOnlySpan<int> tokens, int position)
    {
        BeforeRun?.Invoke(1, position);
        Verifications++;
        inner.Verify(slot, tokens, position);
    }

    public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        BeforeRun?.Invoke(tokens.Length, lengths[0]);
        LargestBatch = Math.Max(LargestBatch, tokens.Length);
        inner.Decode(tokens, lengths);
    }

    public Span<float> Logits(int row) => inner.Logits(row);

    public void Move(int from, int to, int length) => inner.Move(from, to, length);

    public void Dispose() => inner.Dispose();
}
