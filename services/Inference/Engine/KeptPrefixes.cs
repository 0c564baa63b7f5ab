namespace Aigc.Inference.Engine;

/// <summary>
/// What slots that nobody uses still hold: the tokens of whoever was there last, good for the next sequence that begins like them. Never touches a tensor; the
/// scheduler says which copies make it true.
/// </summary>
internal sealed class KeptPrefixes(int slots)
{
    private readonly Kept[] _slots = new Kept[slots];
    private long _clock;

    /// <summary>A slot is free and holds these tokens.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="seat">Whose they are.</param>
    /// <param name="redundant">Somebody else holds them too: the first to be overwritten.</param>
    public void Keep(int slot, Seat seat, bool redundant = false) =>
        _slots[slot] = seat.CacheKey is null ? default : new(seat.CacheKey, seat.Tokens, Math.Min(seat.Length, seat.Tokens.Length), redundant ? 0 : ++_clock);

    /// <summary>A slot's contents are used or cannot be trusted.</summary>
    public void Forget(int slot) => _slots[slot] = default;

    /// <summary>A slot's contents were copied to another.</summary>
    public void Copied(int from, int to) => _slots[to] = _slots[from];

    /// <summary>Its contents were taken over by a sequence that holds all of them now.</summary>
    public void Demote(int slot) => _slots[slot] = _slots[slot] with { LastUse = 0 };

    /// <summary>Its contents were of use.</summary>
    public void Touch(int slot) => _slots[slot] = _slots[slot] with { LastUse = ++_clock };

    /// <summary>Tokens a free slot holds.</summary>
    public int LengthOf(int slot) => _slots[slot].Length;

    /// <summary>Order of the last use; 0 for nothing worth keeping.</summary>
    public long LastUseOf(int slot) => _slots[slot].Length == 0 ? 0 : _slots[slot].LastUse;

    /// <summary>Tokens at the beginning of a sequence that a free slot holds.</summary>
    public int SharedBy(int slot, Seat seat) => Shared(_slots[slot].Key, _slots[slot].Tokens, _slots[slot].Length, seat);

    /// <summary>Tokens at the beginning of a sequence that another's slot holds.</summary>
    public static int Shared(Seat running, Seat seat) => Shared(running.CacheKey, running.Tokens, running.Length, seat);

    /// <summary>The free slot among <paramref name="first"/> … that was of use longest ago, <paramref name="not"/> aside; −1 for none.</summary>
    public int Oldest(int first, int not)
    {
        var oldest = -1;
        for (var slot = first; slot < _slots.Length; slot++)
        {
            if (slot != not && (oldest < 0 || LastUseOf(slot) < LastUseOf(oldest)))
                oldest = slot;
        }
        return oldest;
    }

    private static int Shared(string? key, int[]? tokens, int length, Seat seat) =>
        key is null || key != seat.CacheKey || tokens is null
            ? 0
            // One token is always computed again: its logits are what the next one is chosen from.
            : tokens.AsSpan(0, Math.Min(length, tokens.Length)).CommonPrefixLength(seat.Tokens.AsSpan(0, Math.Min(seat.Known - 1, seat.Tokens.Length)));

    private readonly record struct Kept(string? Key, int[]? Tokens, int Length, long LastUse);
}
