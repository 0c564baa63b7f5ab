namespace Aigc.Inference.Engine;

/// <summary>What the scheduler may give out.</summary>
/// <param name="Slots">Sequences side by side.</param>
/// <param name="SlotLength">Tokens a slot holds.</param>
/// <param name="WaitingLine">Most sequences waiting for a slot; more are refused rather than kept in memory.</param>
/// <param name="ChunkAlone">Prompt tokens a step when nobody decodes: larger chunks are faster.</param>
/// <param name="ChunkShared">Prompt tokens a step while others decode: bounds how long their next token waits.</param>
internal sealed record SchedulerLimits(int Slots, int SlotLength, int WaitingLine = 256, int ChunkAlone = 512, int ChunkShared = 128);

/// <summary>Answer to a sequence that wants in.</summary>
internal enum Admission
{
    /// <summary>It waits for its turn.</summary>
    Accepted,

    /// <summary>Its prompt leaves no room for a single token of answer.</summary>
    TooLong,

    /// <summary>The waiting line is full.</summary>
    LineFull,
}

/// <summary>Where a sequence stands.</summary>
internal enum SeatState
{
    /// <summary>No slot yet.</summary>
    Waiting,

    /// <summary>Has a slot; part of its prompt may be in it.</summary>
    Prefilling,

    /// <summary>Prompt complete; one token a step.</summary>
    Decoding,

    /// <summary>Gone.</summary>
    Released,
}

/// <summary>A sequence as the scheduler sees it: how long its prompt is and how much of it has run.</summary>
internal class Seat(int promptTokens)
{
    /// <summary>Length of the prompt.</summary>
    public int PromptTokens { get; } = promptTokens;

    /// <summary>Tokens of the prompt that are in the slot.</summary>
    public int Prefilled { get; internal set; }

    /// <summary>Slot, or −1 while waiting and after release.</summary>
    public int Slot { get; internal set; } = -1;

    /// <summary>Where it stands.</summary>
    public SeatState State { get; internal set; }
}

/// <summary>One step: at most one prompt chunk and one decode run over the slots 0 … <see cref="Decode"/>−1.</summary>
/// <param name="Prefill">Sequence whose chunk runs; null for none.</param>
/// <param name="ChunkStart">First token of the chunk.</param>
/// <param name="ChunkLength">Tokens in the chunk.</param>
/// <param name="Decode">Rows of the decode run.</param>
internal readonly record struct Step<TSeat>(TSeat? Prefill, int ChunkStart, int ChunkLength, int Decode) where TSeat : Seat
{
    /// <summary>Nothing to run.</summary>
    public bool IsIdle => Prefill is null && Decode == 0;
}

/// <summary>A slot's contents go to another slot, because the slots in use must stay contiguous.</summary>
internal readonly record struct SlotMove<TSeat>(TSeat Seat, int From, int To) where TSeat : Seat;

/// <summary>
/// Decides what runs next; never touches a tensor, a clock or a thread. First come, first served: the head of the line takes the next free slot, prompts
/// are prefilled one after the other, and everyone who decodes advances by one token in every step, so neither side can starve the other.
/// Slots in use are always 0 … n−1: those that decode first, then the one whose prompt is running.
/// </summary>
internal sealed class BatchScheduler<TSeat>(SchedulerLimits limits) where TSeat : Seat
{
    private readonly Queue<TSeat> _waiting = new();
    private readonly List<TSeat> _decoding = new(limits.Slots);
    private TSeat? _prefilling;
    private int _gone; // released while waiting; skipped when their turn comes

    /// <summary>Sequences that decode, by slot.</summary>
    public IReadOnlyList<TSeat> Decoding => _decoding;

    /// <summary>The sequence whose prompt is running.</summary>
    public TSeat? Prefilling => _prefilling;

    /// <summary>Sequences without a slot.</summary>
    public int Waiting => _waiting.Count - _gone;

    /// <summary>Slots in use.</summary>
    public int Active => _decoding.Count + (_prefilling is null ? 0 : 1);

    /// <summary>Takes a sequence into the waiting line.</summary>
    public Admission Enqueue(TSeat seat)
    {
        if (seat.PromptTokens >= limits.SlotLength)
            return Admission.TooLong;
        if (Waiting >= limits.WaitingLine)
            return Admission.LineFull;
        _waiting.Enqueue(seat);
        return Admission.Accepted;
    }

    /// <summary>The next step. Calling it again without <see cref="Advance"/> gives the same step.</summary>
    public Step<TSeat> Next()
    {
        Admit();
        if (_prefilling is not { } head)
            return new(null, 0, 0, _decoding.Count);
        var chunk = Math.Min(_decoding.Count == 0 ? limits.ChunkAlone : limits.ChunkShared, head.PromptTokens - head.Prefilled);
        return new(head, head.Prefilled, chunk, _decoding.Count);
    }

    /// <summary>The chunk of <paramref name="step"/> has run. Returns true when its prompt is complete: the sequence decodes from the next step on.</summary>
    public bool Advance(Step<TSeat> step)
    {
        if (step.Prefill is not { } seat || seat != _prefilling)
            return false;
        seat.Prefilled += step.ChunkLength;
        if (seat.Prefilled < seat.PromptTokens)
            return false;
        seat.State = SeatState.Decoding;
        _decoding.Add(seat);
        _prefilling = null;
        return true;
    }

    /// <summary>
    /// Takes a sequence out, wherever it stands: finished, failed or cancelled. The last decoding sequence fills its slot and the prompt behind moves up;
    /// <paramref name="moves"/> receives what has to be copied, in order.
    /// </summary>
    public void Release(TSeat seat, List<SlotMove<TSeat>> moves)
    {
        var state = seat.State;
        seat.State = SeatState.Released;
        if (state == SeatState.Waiting)
            _gone++;
        else if (state == SeatState.Prefilling)
            _prefilling = null;
        else if (state == SeatState.Decoding)
            CloseHole(seat.Slot, moves);
        seat.Slot = -1;
    }

    private void Admit()
    {
        while (_waiting.TryPeek(out var head))
        {
            if (head.State == SeatState.Released)
            {
                _waiting.Dequeue();
                _gone--;
                continue;
            }
            if (_prefilling is not null || _decoding.Count >= limits.Slots)
                return;
            _waiting.Dequeue();
            head.State = SeatState.Prefilling;
            head.Slot = _decoding.Count;
            _prefilling = head;
        }
    }

    private void CloseHole(int hole, List<SlotMove<TSeat>> moves)
    {
        var last = _decoding.Count - 1;
        if (hole != last)
            Place(_decoding[hole] = _decoding[last], hole, moves);
        _decoding.RemoveAt(last);
        if (_prefilling is { } behind)
            Place(behind, last, moves);
    }

    private static void Place(TSeat seat, int slot, List<SlotMove<TSeat>> moves)
    {
        moves.Add(new(seat, seat.Slot, slot));
        seat.Slot = slot;
    }
}
