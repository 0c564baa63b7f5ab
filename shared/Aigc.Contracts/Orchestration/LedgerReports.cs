namespace Aigc.Contracts.Orchestration;

/// <summary>Request for what was used; answered with <see cref="UsageReport"/>.</summary>
[Queue("orchestration.ledger")]
public sealed record ReadUsage
{
    /// <summary>Tenant that asks.</summary>
    public required string Tenant { get; init; }

    /// <summary>First hour.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The hour after the last.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary><c>key</c>, <c>user</c>, <c>model</c>, <c>kind</c>, <c>day</c>, <c>hour</c>, <c>chain</c> or <c>artifact</c>.</summary>
    public string GroupBy { get; init; } = "model";
}

/// <summary>Reply: what was used, in whole hours.</summary>
public sealed record UsageReport
{
    /// <summary>Currency of the money.</summary>
    public required string Currency { get; init; }

    /// <summary>By value of what was grouped by. Work without one (a chain, a key) is under the empty text.</summary>
    public required IReadOnlyList<UsageLine> Lines { get; init; }
}

/// <summary>One line of a report.</summary>
public sealed record UsageLine
{
    /// <summary>The key, model, day (<c>2026-11-24</c>), …</summary>
    public required string Group { get; init; }

    /// <summary>Pieces of work.</summary>
    public required long Entries { get; init; }

    /// <summary>Billionths of the currency.</summary>
    public required long Money { get; init; }

    /// <summary>By meter, in what is counted.</summary>
    public required IReadOnlyDictionary<string, long> Quantities { get; init; }
}

/// <summary>Request for a tenant's accounts; answered with <see cref="AccountList"/>.</summary>
[Queue("orchestration.ledger")]
public sealed record ListAccounts
{
    /// <summary>Tenant that asks.</summary>
    public required string Tenant { get; init; }
}

/// <summary>Reply: the accounts of a tenant, at most a thousand.</summary>
public sealed record AccountList
{
    /// <summary>Currency of the money.</summary>
    public required string Currency { get; init; }

    /// <summary>In the order of scope and subject.</summary>
    public required IReadOnlyList<AccountView> Accounts { get; init; }
}

/// <summary>An account as a person reads it. Money is in billionths of the currency.</summary>
public sealed record AccountView
{
    /// <summary><c>tenant</c>, <c>user</c> or <c>key</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>Id of the tenant, user or key.</summary>
    public required string Subject { get; init; }

    /// <summary>Null for none.</summary>
    public long? Budget { get; init; }

    /// <summary><c>day</c>, <c>month</c> or <c>total</c>.</summary>
    public required string Period { get; init; }

    /// <summary>When the period ends; null for never.</summary>
    public DateTimeOffset? PeriodEnds { get; init; }

    /// <summary>Spent in this period.</summary>
    public required long Spent { get; init; }

    /// <summary>Set aside for work under way.</summary>
    public required long SetAside { get; init; }

    /// <summary>Left; null without a budget.</summary>
    public long? Left { get; init; }

    /// <summary>Spent since the account began.</summary>
    public required long Total { get; init; }

    /// <summary>Null for no limit.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>Null for no limit.</summary>
    public int? ConcurrentJobs { get; init; }
}
