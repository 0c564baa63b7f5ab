using System.Runtime.InteropServices;

namespace Aigc.Inference.Engine.Drafts;

/// <summary>
/// A small model that proposes what a sequence that decodes alone will say next; the model itself decides (<see cref="GenerationSteps"/>). It has one slot, follows
/// whoever decodes alone, and computes a prompt only then, a chunk beside a plain step each. Whatever goes wrong with it ends it, never an answer. The generator's
/// thread alone calls it; <see cref="Fault"/> is for everybody.
/// </summary>
internal sealed class Drafting : IDisposable
{
    /// <summary>Most tokens proposed at once. A ninth would be right one time in seven even where four of five tokens are.</summary>
    public const int MostProposed = 8;

    // A prompt is worth computing a second time when that many tokens of it come on each that may follow: a token of a chunk costs a draft about a hundredth of a step.
    private const int MostBehind = 16;
    private const int Chunk = 128;

    private readonly IDecoderBackend _draft;
    private readonly Sampler _sampler;
    private readonly ITokenText _text;
    private readonly DraftPace _pace;
    private readonly TimeProvider _time;
    private readonly Action<string> _faulted;
    private readonly int[] _chunk;
    private readonly int _vocabulary;
    private int[] _tokens = []; // of the sequence in the slot
    private string? _key;
    private int _held; // tokens of it that are there
    private int _known, _count;
    private long _began, _drafted;
    private volatile string? _fault;

    /// <summary>Takes over <paramref name="draft"/>.</summary>
    /// <param name="draft">The small model; one slot is used.</param>
    /// <param name="target">The model that decides; it can verify.</param>
    /// <param name="text">Their tokens.</param>
    /// <param name="time">Measures what pays.</param>
    /// <param name="faulted">Told once why it proposes no more.</param>
    public Drafting(IDecoderBackend draft, IDecoderBackend target, ITokenText text, TimeProvider time, Action<string> faulted)
    {
        var most = Math.Min(MostProposed, target.MostVerified - 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most, nameof(target));
        (_draft, _text, _time, _faulted, _pace, _chunk) = (draft, text, time, faulted, new(most), new int[most + 1]);
        // Heads are padded to different widths; beyond the narrower one there are no tokens.
        _vocabulary = Math.Min(draft.VocabularySize, target.VocabularySize);
        _sampler = new(_vocabulary);
    }

    /// <summary>Why it proposes no more; null while it does.</summary>
    public string? Fault => _fault;

    /// <summary>
    /// The sequence's last token and what may follow it, for the model to verify; empty for a plain step. A proposal is drawn as the request will draw, by its
    /// settings and its next numbers, so that where the models agree the draws do.
    /// </summary>
    public ReadOnlySpan<int> Propose(RunningGeneration generation)
    {
        if (_fault is not null)
            return [];
        var remaining = generation.TokenBudget - generation.Generated;
        var count = Math.Min(Math.Min(_pace.Next(), remaining - 1), _draft.SlotLength - generation.Known + 1);
        if (count < 1)
            return [];
        try
        {
            _began = _time.GetTimestamp();
            Follow(generation);
            return Outside(generation) || !CaughtUp(generation, remaining) ? [] : Guess(generation, count);
        }
        catch (Exception e)
        {
            End(e.Message);
            return [];
        }
    }

    /// <summary>The model's run begins.</summary>
    public void BeginTarget() => _drafted = _time.GetTimestamp();

    /// <summary>A plain run of this sequence alone has ended.</summary>
    public void EndPlain(long now) => _pace.Plain(_time.GetElapsedTime(_drafted, now).TotalSeconds);

    /// <summary>The run that verified has ended at <paramref name="now"/>, and the request chose so many of the proposed tokens.</summary>
    public void EndVerified(int accepted, long now)
    {
        // It has read all but its last proposal.
        _held = _known + Math.Min(accepted, _count - 1);
        _pace.Verified(_count, accepted, _time.GetElapsedTime(_began, _drafted).TotalSeconds, _time.GetElapsedTime(_drafted, now).TotalSeconds);
    }

    public void Dispose() => _draft.Dispose();

    // Another sequence goes on from what they have in common, within one tenant (Seat.CacheKey).
    private void Follow(RunningGeneration generation)
    {
        if (ReferenceEquals(_tokens, generation.Tokens))
            return;
        _held = _key is null || _key != generation.CacheKey ? 0 : _tokens.AsSpan(0, _held).CommonPrefixLength(generation.Tokens.AsSpan(0, generation.Known - 1));
        (_tokens, _key) = (generation.Tokens, generation.CacheKey);
    }

    // A token only the larger head has: the draft cannot read this sequence.
    private bool Outside(RunningGeneration generation) => generation.Tokens.AsSpan(_held, generation.Known - _held).ContainsAnyExceptInRange(0, _draft.VocabularySize - 1);

    private bool CaughtUp(RunningGeneration generation, int remaining)
    {
        var behind = generation.Known - _held;
        if (behind <= _chunk.Length)
            return true;
        if (behind > MostBehind * remaining)
            return false;
        var length = Math.Min(Chunk, behind - 1);
        _draft.Prefill(0, generation.Tokens.AsSpan(_held, length), _held);
        _held += length;
        return false;
    }

    private ReadOnlySpan<int> Guess(RunningGeneration generation, int count)
    {
        (_known, _count, _chunk[0]) = (generation.Known, 0, generation.LastToken);
        var draws = generation.Draws;
        _draft.Prefill(0, generation.Tokens.AsSpan(_held, _known - _held), _held);
        _held = _known;
        while (true)
        {
            var token = generation.Guess(_sampler, _draft.Logits(0)[.._vocabulary], _chunk.AsSpan(1, _count), ref draws);
            if (token < 0)
                throw new InvalidDataException("its logits are not numbers");
            _chunk[++_count] = token;
            if (_count == count || _text.IsEnd(token) || generation.StopsAt(token))
                return _chunk.AsSpan(0, _count + 1);
            _draft.Prefill(0, MemoryMarshal.CreateReadOnlySpan(ref token, 1), _known + _count - 1);
        }
    }

    private void End(string reason)
    {
        _fault = reason.TrimEnd('.', '\n');
        _tokens = [];
        _faulted(_fault);
    }
}
