using Aigc.Inference.Engine;

namespace Aigc.Inference.Tests.Engine.Drafts;

/// <summary>How often a draft is right.</summary>
public enum Draft
{
    /// <summary>Its logits are the model's.</summary>
    Right,

    /// <summary>Behind two of three tokens they are.</summary>
    Often,

    /// <summary>What the model finds likeliest it finds least likely.</summary>
    Wrong,
}

/// <summary>A backend whose logits are bent behind some tokens.</summary>
internal sealed class BentDraft(IDecoderBackend inner, Draft quality) : IDecoderBackend
{
    private int _last;

    public int Slots => inner.Slots;

    public int SlotLength => inner.SlotLength;

    public int VocabularySize => inner.VocabularySize;

    public long KvBytes => inner.KvBytes;

    public string Device => inner.Device;

    public bool Disposed { get; private set; }

    public void Prefill(int slot, ReadOnlySpan<int> tokens, int position)
    {
        _last = tokens[^1];
        inner.Prefill(slot, tokens, position);
    }

    public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths) => throw new NotSupportedException();

    public Span<float> Logits(int row)
    {
        var logits = inner.Logits(row);
        if (quality == Draft.Wrong || (quality == Draft.Often && _last % 3 == 0))
        {
            for (var i = 0; i < logits.Length; i++)
                logits[i] = -10 * logits[i];
        }
        return logits;
    }

    public void Move(int from, int to, int length) => throw new NotSupportedException();

    public void Dispose()
    {
        Disposed = true;
        inner.Dispose();
    }
}
