using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Ledger.Usage;
using Aigc.Storage.Artifacts;

namespace Aigc.Orchestration.Ledger.Accounts;

/// <summary>After which time a budget begins anew. Days and months are UTC's.</summary>
internal enum BudgetPeriod
{
    Month,
    Day,
    Total,
}

/// <summary>Money spent since a moment.</summary>
internal sealed record SpentSince(DateTimeOffset From, long Money);

/// <summary>
/// What a tenant, a person or a key has spent, may spend, and who holds how much of it. One document, since the rule spans all of it: what was spent and
/// what is set aside is never more than the budget. It begins with the first entry or budget of its subject.
/// </summary>
internal sealed class AccountDocument : ITally
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public required string Scope { get; init; }

    public required string Subject { get; init; }

    /// <summary>Billionths of the currency; null for none.</summary>
    public long? Budget { get; set; }

    public BudgetPeriod Period { get; set; }

    /// <summary>Null for no limit.</summary>
    public long? TokensPerMinute { get; set; }

    /// <summary>Jobs that may run at once; null for no limit.</summary>
    public int? ConcurrentJobs { get; set; }

    public SpentSince? Day { get; set; }

    public SpentSince? Month { get; set; }

    public long Total { get; set; }

    /// <summary>What is set aside, by process or job.</summary>
    public Dictionary<string, Grant> Grants { get; set; } = [];

    public TokenWindow? Tokens { get; set; }

    /// <summary>When the next of the grants is to be looked at; null while there are none.</summary>
    public DateTimeOffset? Due { get; set; }

    public List<string> Counted { get; set; } = [];

    public static string IdOf(AccountRef account) => Digest.OfParts(account.Tenant, account.Scope, account.Subject);

    public static AccountDocument Of(AccountRef account) => new() { Id = IdOf(account), Tenant = account.Tenant, Scope = account.Scope, Subject = account.Subject };

    /// <summary>The accounts an entry is charged to, as they begin.</summary>
    public static IEnumerable<AccountDocument> Of(UsageEntry entry) =>
        AccountRef.Of(new JobLink { RootId = Guid.Empty, Tenant = entry.Tenant, Key = entry.Key, User = entry.User }).Select(Of);

    /// <summary>Charges an entry: what was set aside for it shrinks by as much as was spent.</summary>
    public void Add(UsageEntry entry, DateTimeOffset now)
    {
        Total += entry.Money;
        Day = Since(Day, Periods.Start(BudgetPeriod.Day, now)!.Value, entry);
        Month = Since(Month, Periods.Start(BudgetPeriod.Month, now)!.Value, entry);
        if (Grants.TryGetValue(entry.Holder, out var grant))
        {
            grant.Charged += entry.Money;
        }
    }

    /// <summary>Spent in the present period of the budget.</summary>
    public long Spent(DateTimeOffset now) => Period switch
    {
        BudgetPeriod.Total => Total,
        BudgetPeriod.Day => Day?.From >= Periods.Start(BudgetPeriod.Day, now) ? Day.Money : 0,
        _ => Month?.From >= Periods.Start(BudgetPeriod.Month, now) ? Month.Money : 0,
    };

    /// <summary>Set aside and not yet spent.</summary>
    public long SetAside => Grants.Values.Sum(grant => grant.Open);

    /// <summary>What nobody has spent or holds. Below 0 where work whose cost could not be bounded has cost more; 0 without a budget.</summary>
    public long Left(DateTimeOffset now) => Budget is { } budget ? budget - Spent(now) - SetAside : 0;

    public void Reschedule() => Due = Grants.Count == 0 ? null : Grants.Values.Min(grant => grant.Until);

    // An entry of a day that is over no longer matters to this day's budget; the sums have it.
    private static SpentSince Since(SpentSince? known, DateTimeOffset start, UsageEntry entry) =>
        new(start, (known?.From == start ? known.Money : 0) + (entry.At >= start ? entry.Money : 0));
}

/// <summary>Money set aside for a process or a job.</summary>
internal sealed class Grant
{
    /// <summary>All it was ever given.</summary>
    public long Amount { get; set; }

    /// <summary>What its work has cost so far.</summary>
    public long Charged { get; set; }

    /// <summary>The newest message of its holder.</summary>
    public long Sequence { get; set; }

    /// <summary>When it is to be looked at: its holder is silent, or what it did has been told by then.</summary>
    public DateTimeOffset Until { get; set; }

    /// <summary>Where it stands.</summary>
    public GrantState State { get; set; }

    /// <summary>True for a long job, which has no process that speaks for it.</summary>
    public bool Job { get; init; }

    public long Open => Math.Max(0, Amount - Charged);
}

internal enum GrantState
{
    /// <summary>Its holder is heard of.</summary>
    Live,

    /// <summary>It is silent. Outcomes of its work may still come.</summary>
    Silent,

    /// <summary>It is done; what it used is being told.</summary>
    Ended,
}

/// <summary>Tokens of one minute, by process.</summary>
internal sealed record TokenWindow(DateTimeOffset Start, Dictionary<string, long> Given);

/// <summary>Where periods begin and end.</summary>
internal static class Periods
{
    /// <summary>Null for the period that never began.</summary>
    public static DateTimeOffset? Start(BudgetPeriod period, DateTimeOffset now)
    {
        var day = now.UtcDateTime.Date;
        return period switch
        {
            BudgetPeriod.Day => new DateTimeOffset(day, TimeSpan.Zero),
            BudgetPeriod.Month => new DateTimeOffset(day.Year, day.Month, 1, 0, 0, 0, TimeSpan.Zero),
            _ => null,
        };
    }

    /// <summary>Null for the period that never ends.</summary>
    public static DateTimeOffset? End(BudgetPeriod period, DateTimeOffset now) => period switch
    {
        BudgetPeriod.Day => Start(period, now)!.Value.AddDays(1),
        BudgetPeriod.Month => Start(period, now)!.Value.AddMonths(1),
        _ => null,
    };
}
