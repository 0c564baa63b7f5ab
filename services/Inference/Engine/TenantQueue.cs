namespace Aigc.Inference.Engine;

/// <summary>
/// Sequences of one priority class waiting for a slot, fair between tenants by tokens. Each tenant has a virtual time that advances by the tokens it is served;
/// the tenant furthest behind is next, and each tenant's own sequences keep their order. A tenant that comes back from idling continues at the class's present
/// time, so that nobody saves up a right to the machine (start-time fair queueing, Goyal et al. 1996; for language models the virtual token counter of Sheng et
/// al. 2024). A sequence is charged all it can need when it gets its slot and refunded what it did not use when it leaves.
/// </summary>
internal sealed class TenantQueue<TSeat> where TSeat : Seat
{
    // Accounts of tenants that idle are kept so that a burst is not forgotten by pausing; beyond this many they are forgiven.
    private const int MostAccounts = 4096;

    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly List<Account> _waiting = [];
    private double _now;

    /// <summary>Sequences in it.</summary>
    public int Count { get; private set; }

    /// <summary>Sequences of one tenant in it.</summary>
    public int CountOf(string tenant) => _accounts.TryGetValue(tenant, out var account) ? account.Line.Count : 0;

    /// <summary>The sequence that is next, or null.</summary>
    public TSeat? Peek() => Next() is { } account ? account.Line[0] : null;

    /// <summary>Takes a sequence in: behind its tenant's others, or before them when it had a slot already.</summary>
    public void Add(TSeat seat, bool first = false)
    {
        var account = Of(seat.Tenant);
        if (account.Line.Count == 0)
        {
            account.Served = Math.Max(account.Served, _now);
            _waiting.Add(account);
        }
        account.Line.Insert(first ? 0 : account.Line.Count, seat);
        Count++;
    }

    /// <summary>Takes a sequence out.</summary>
    public void Remove(TSeat seat)
    {
        var account = _accounts[seat.Tenant];
        account.Line.Remove(seat);
        if (account.Line.Count == 0)
            _waiting.Remove(account);
        Count--;
    }

    /// <summary>A sequence gets its slot: its tenant pays.</summary>
    public void Charge(TSeat seat, long tokens)
    {
        var account = Of(seat.Tenant);
        _now = Math.Max(_now, account.Served);
        account.Served += tokens;
    }

    /// <summary>Tokens that were paid for and not used.</summary>
    public void Refund(TSeat seat, long tokens)
    {
        if (_accounts.TryGetValue(seat.Tenant, out var account))
            account.Served -= tokens;
    }

    /// <summary>The newest sequence of a tenant, or null. One that had a slot already is on its way and not among them.</summary>
    public TSeat? Newest(string tenant) =>
        _accounts.TryGetValue(tenant, out var account) && account.Line is [.., { Preemptions: 0 } newest] ? newest : null;

    /// <summary>Tenants with sequences in it.</summary>
    public IEnumerable<string> Tenants => _waiting.Select(account => account.Tenant);

    private Account? Next()
    {
        Account? next = null;
        foreach (var account in _waiting)
        {
            if (next is null || account.Served < next.Served)
                next = account;
        }
        return next;
    }

    private Account Of(string tenant)
    {
        if (_accounts.TryGetValue(tenant, out var account))
            return account;
        if (_accounts.Count >= MostAccounts)
            Forgive();
        return _accounts[tenant] = new(tenant) { Served = _now };
    }

    private void Forgive()
    {
        foreach (var (tenant, account) in _accounts)
        {
            if (account.Line.Count == 0)
                _accounts.Remove(tenant);
        }
    }

    private sealed class Account(string tenant)
    {
        public string Tenant => tenant;

        public List<TSeat> Line { get; } = [];

        public double Served { get; set; }
    }
}
