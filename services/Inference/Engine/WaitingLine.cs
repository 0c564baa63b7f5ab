using Aigc.Contracts.Inference;

namespace Aigc.Inference.Engine;

/// <summary>
/// Everybody who waits for a slot of one model. Interactive sequences go before batch ones, except that while both wait one admission in
/// <see cref="SchedulerLimits.BatchTurn"/> is a batch sequence's; within a class tenants share by tokens (<see cref="TenantQueue{TSeat}"/>). The line is bounded, and
/// when it is full the tenant that fills it is refused, not the one that comes to find it full.
/// </summary>
internal sealed class WaitingLine<TSeat>(SchedulerLimits limits) where TSeat : Seat
{
    private readonly TenantQueue<TSeat> _interactive = new();
    private readonly TenantQueue<TSeat> _batch = new();
    private int _passedOver; // interactive admissions since the last batch one, while batch work waited

    /// <summary>Sequences in it.</summary>
    public int Count => _interactive.Count + _batch.Count;

    /// <summary>Takes a sequence in. <paramref name="displaced"/> had to leave for it, or is null.</summary>
    public bool TryAdd(TSeat seat, out TSeat? displaced)
    {
        displaced = null;
        if (Count >= limits.WaitingLine)
        {
            displaced = WhoLeaves(seat);
            if (displaced is null)
                return false;
            Remove(displaced);
        }
        Class(seat).Add(seat);
        return true;
    }

    /// <summary>A sequence that had a slot waits for another, before its tenant's others.</summary>
    public void PutBack(TSeat seat) => Class(seat).Add(seat, first: true);

    /// <summary>Takes a sequence out: it left.</summary>
    public void Remove(TSeat seat) => Class(seat).Remove(seat);

    /// <summary>Whose turn it is, or null. The batch's turn is one that is owed.</summary>
    public TSeat? Peek(out bool owed)
    {
        owed = _interactive.Count > 0 && _batch.Count > 0 && _passedOver >= limits.BatchTurn - 1;
        return owed || _interactive.Count == 0 ? _batch.Peek() : _interactive.Peek();
    }

    /// <summary>A sequence gets its slot and pays for what it can need beyond the tokens found there.</summary>
    public void Admit(TSeat seat)
    {
        Class(seat).Remove(seat);
        _passedOver = seat.Priority == GenerationPriority.Interactive && _batch.Count > 0 ? _passedOver + 1 : 0;
        seat.Charged = seat.Need - seat.Found;
        Class(seat).Charge(seat, seat.Charged);
    }

    /// <summary>A sequence lost or left its slot: what it did not use is given back.</summary>
    public void Settle(TSeat seat)
    {
        Class(seat).Refund(seat, Math.Max(seat.Charged - seat.Used, 0));
        seat.Charged = 0;
    }

    private TenantQueue<TSeat> Class(TSeat seat) => seat.Priority == GenerationPriority.Batch ? _batch : _interactive;

    // The tenant with most places is refused first: its newest batch sequence, else its newest. On a tie the newcomer is.
    private TSeat? WhoLeaves(TSeat newcomer)
    {
        var (heaviest, places) = (newcomer.Tenant, PlacesOf(newcomer.Tenant) + 1);
        foreach (var tenant in _batch.Tenants.Concat(_interactive.Tenants))
        {
            if (PlacesOf(tenant) > places)
                (heaviest, places) = (tenant, PlacesOf(tenant));
        }
        if (heaviest != newcomer.Tenant)
            return _batch.Newest(heaviest) ?? _interactive.Newest(heaviest);
        return newcomer.Priority == GenerationPriority.Interactive ? _batch.Newest(heaviest) : null;
    }

    private int PlacesOf(string tenant) => _interactive.CountOf(tenant) + _batch.CountOf(tenant);
}
