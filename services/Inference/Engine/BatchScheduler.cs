using Aigc.Contracts.Inference;

namespace Aigc.Inference.Engine;

/// <summary>
/// Decides what runs next; never touches a tensor, a clock or a thread. The line says who is next (<see cref="WaitingLine{TSeat}"/>), prompts are prefilled one after
/// the other, and everyone who decodes advances by one token in every step, so neither side can starve the other. When no slot is free a batch sequence gives its
/// own to an interactive one and goes on later, from its tokens. Slots in use are always 0 … n−1: those that decode first, then the one whose prompt is running;
/// the slots behind keep what they held until they are needed.
/// </summary>
internal sealed class BatchScheduler<TSeat>(SchedulerLimits limits) where TSeat : Seat
{
    private readonly WaitingLine<TSeat> _line = new(limits);
    private readonly List<TSeat> _decoding = new(limits.Slots);
    private readonly KeptPrefixes _kept = new(limits.Slots);
    private TSeat? _prefilling;
    private long _needed; // tokens of cache promised to the sequences in slots

    /// <summary>Sequences that decode, by slot.</summary>
    public IReadOnlyList<TSeat> Decoding => _decoding;

    /// <summary>The sequence whose prompt is running.</summary>
    public TSeat? Prefilling => _prefilling;

    /// <summary>Sequences without a slot.</summary>
    public int Waiting => _line.Count;

    /// <summary>Slots in use.</summary>
    public int Active => _decoding.Count + (_prefilling is null ? 0 : 1);

    /// <summary>Times a batch sequence gave up its slot.</summary>
    public long Preemptions { get; private set; }

    /// <summary>Takes a sequence into the waiting line. <paramref name="displaced"/>, of the tenant that fills the line, is refused for it; null for nobody.</summary>
    public Admission Enqueue(TSeat seat, out TSeat? displaced)
    {
        displaced = null;
        if (seat.PromptTokens >= limits.SlotLength)
            return Admission.TooLong;
        if (!_line.TryAdd(seat, out displaced))
            return Admission.LineFull;
        if (displaced is not null)
            displaced.State = SeatState.Released;
        return Admission.Accepted;
    }

    /// <summary>
    /// The next step. <paramref name="copies"/> receives what has to be copied before it, in order. Calling it again without <see cref="Advance"/> gives the same
    /// step and no copies.
    /// </summary>
    public Step<TSeat> Next(List<SlotCopy> copies)
    {
        Admit(copies);
        if (_prefilling is not { } head)
            return new(null, 0, 0, _decoding.Count);
        var chunk = Math.Min(_decoding.Count == 0 ? limits.ChunkAlone : limits.ChunkShared, head.Known - head.Length);
        return new(head, head.Length, chunk, _decoding.Count);
    }

    /// <summary>The chunk of <paramref name="step"/> has run. Returns true when its tokens are complete: the sequence decodes from the next step on.</summary>
    public bool Advance(Step<TSeat> step)
    {
        if (step.Prefill is not { } seat || seat != _prefilling)
            return false;
        seat.Length += step.ChunkLength;
        if (seat.Length < seat.Known)
            return false;
        seat.State = SeatState.Decoding;
        _decoding.Add(seat);
        _prefilling = null;
        return true;
    }

    /// <summary>
    /// Takes a sequence out, wherever it stands: finished, failed or cancelled. The last decoding sequence fills its slot and the prompt behind moves up.
    /// </summary>
    /// <param name="seat">The sequence.</param>
    /// <param name="copies">Receives what has to be copied, in order.</param>
    /// <param name="trusted">Its slot holds what it should; false after a failed run.</param>
    public void Release(TSeat seat, List<SlotCopy> copies, bool trusted = true)
    {
        if (seat.State == SeatState.Waiting)
            _line.Remove(seat);
        else if (seat.State != SeatState.Released)
            Vacate(seat, copies, trusted);
        seat.State = SeatState.Released;
    }

    private void Admit(List<SlotCopy> copies)
    {
        if (_line.Count == 0 || _line.Peek(out var owed) is not { } head)
            return;
        if (!Fits(head) && head.Priority == GenerationPriority.Interactive && WhoYields() is { } batch)
            Preempt(batch, copies);
        if (!Fits(head))
            return;
        head.Owed |= owed;
        head.State = SeatState.Prefilling;
        head.Slot = _decoding.Count;
        head.Length = head.Found = TakeOver(head, copies);
        if (head.Preemptions == 0)
            head.Cached = head.Found;
        _prefilling = head;
        _needed += head.Need;
        _line.Admit(head);
    }

    // One prompt at a time, a row to decode in, and cache for all it can need; a sequence alone always fits.
    private bool Fits(TSeat seat) =>
        _prefilling is null && _decoding.Count < limits.Slots && (Active == 0 || _needed + seat.Need <= limits.KvTokens);

    // The one with fewest tokens: the least is computed again.
    private TSeat? WhoYields()
    {
        TSeat? least = _prefilling is { } prompt && Yields(prompt) ? prompt : null;
        if (_prefilling is not null)
            return least; // one prompt at a time: another's slot would not help
        foreach (var seat in _decoding)
        {
            if (Yields(seat) && (least is null || seat.Length < least.Length))
                least = seat;
        }
        return least;
    }

    private bool Yields(TSeat seat) => seat.Priority == GenerationPriority.Batch && !seat.Owed && seat.Preemptions < limits.MostPreemptions;

    private void Preempt(TSeat seat, List<SlotCopy> copies)
    {
        Vacate(seat, copies, trusted: true);
        seat.Preemptions++;
        seat.Length = 0;
        seat.State = SeatState.Waiting;
        _line.PutBack(seat);
        Preemptions++;
    }

    // The longest beginning that any slot holds, used or not, is copied into the sequence's own unless it is there already.
    private int TakeOver(TSeat seat, List<SlotCopy> copies)
    {
        var (own, best, source) = (seat.Slot, 0, -1);
        for (var slot = own; slot < limits.Slots; slot++)
            Consider(slot, _kept.SharedBy(slot, seat));
        foreach (var running in _decoding)
            Consider(running.Slot, KeptPrefixes.Shared(running, seat));
        if (best < limits.LeastShared)
            (best, source) = (0, -1);
        // What the slot holds is worth more than what was of use longer ago, unless this sequence goes on with all of it (but the one token it computes again).
        if (source != own || best + 1 < _kept.LengthOf(own))
            Rescue(own, _kept.LengthOf(own), _kept.Oldest(own + 1, not: source), copies, _kept.LastUseOf(own));
        if (source >= 0 && source != own)
            copies.Add(new(source, own, best));
        if (source > own && best + 1 >= _kept.LengthOf(source))
            _kept.Demote(source);
        else if (source > own)
            _kept.Touch(source);
        _kept.Forget(own);
        return best;

        void Consider(int slot, int shared)
        {
            if (shared > best)
                (best, source) = (shared, slot);
        }
    }

    private void Rescue(int slot, int length, int to, List<SlotCopy> copies, long lastUse)
    {
        if (length < limits.LeastShared || to < 0 || _kept.LastUseOf(to) >= lastUse)
            return;
        copies.Add(new(slot, to, length));
        _kept.Copied(slot, to);
    }

    private void Vacate(TSeat seat, List<SlotCopy> copies, bool trusted)
    {
        _needed -= seat.Need;
        _line.Settle(seat);
        var (hole, last) = (seat.Slot, _decoding.Count - 1);
        seat.Slot = -1;
        if (trusted)
            _kept.Keep(hole, seat);
        else
            _kept.Forget(hole);
        if (seat == _prefilling)
        {
            _prefilling = null;
            return;
        }
        if (hole != last || _prefilling is not null)
            Rescue(hole, _kept.LengthOf(hole), _kept.Oldest(Active, not: -1), copies, long.MaxValue);
        if (hole != last)
            Place(_decoding[hole] = _decoding[last], hole, copies);
        _decoding.RemoveAt(last);
        if (_prefilling is { } behind)
            Place(behind, last, copies);
    }

    private void Place(TSeat seat, int slot, List<SlotCopy> copies)
    {
        copies.Add(new(seat.Slot, slot, seat.Length));
        _kept.Forget(slot);
        _kept.Keep(seat.Slot, seat, redundant: true);
        seat.Slot = slot;
    }
}
