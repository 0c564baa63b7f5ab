using Aigc.Contracts.Jobs;

namespace Aigc.Contracts.Orchestration;

/// <summary>One account of the ledger: a tenant's, a person's or a key's.</summary>
public sealed record AccountRef
{
    /// <summary>Whose it is within; every account belongs to a tenant.</summary>
    public required string Tenant { get; init; }

    /// <summary><c>tenant</c>, <c>user</c> or <c>key</c>.</summary>
    public required string Scope { get; init; }

    /// <summary>Id of the tenant, user or key.</summary>
    public required string Subject { get; init; }

    /// <summary>The accounts a piece of work is charged to: the tenant's, and where there are any, the person's and the key's.</summary>
    public static IReadOnlyList<AccountRef> Of(JobLink job)
    {
        List<AccountRef> accounts = [new() { Tenant = job.Tenant, Scope = "tenant", Subject = job.Tenant }];
        if (job.User is { Length: > 0 } user)
        {
            accounts.Add(new() { Tenant = job.Tenant, Scope = "user", Subject = user });
        }

        if (job.Key is { Length: > 0 } key)
        {
            accounts.Add(new() { Tenant = job.Tenant, Scope = "key", Subject = key });
        }

        return accounts;
    }
}

/// <summary>
/// Request of a process that answers requests: how much of an account it may give out by itself. Figures are absolute and numbered, so that a repeated or
/// late message changes nothing. Answered with <see cref="FundsHeld"/>.
/// </summary>
[Queue("orchestration.ledger")]
public sealed record HoldFunds
{
    /// <summary>The account.</summary>
    public required AccountRef Account { get; init; }

    /// <summary>The process.</summary>
    public required string Holder { get; init; }

    /// <summary>Grows with every message of this holder about this account; the first is 1.</summary>
    public required long Sequence { get; init; }

    /// <summary>What the holder keeps of all it was ever given: what it has spent, what it has set aside, and what it wants to keep at hand.</summary>
    public long Held { get; init; }

    /// <summary>What of it is set aside for work under way: all that counts where the ledger has given the rest up because the holder was silent for too long.</summary>
    public long Open { get; init; }

    /// <summary>The least that helps, beyond <see cref="Held"/>; 0 for nothing.</summary>
    public long Need { get; init; }

    /// <summary>The most it would take, beyond <see cref="Held"/>.</summary>
    public long Want { get; init; }

    /// <summary>The minute <see cref="TokensHeld"/> is of.</summary>
    public DateTimeOffset? Window { get; init; }

    /// <summary>Tokens of this minute the holder has.</summary>
    public long TokensHeld { get; init; }

    /// <summary>Tokens of this minute it needs beyond those; 0 for none.</summary>
    public long TokensNeed { get; init; }

    /// <summary>The holder stops and has nothing under way.</summary>
    public bool Closing { get; init; }
}

/// <summary>Reply: where the holder and the account stand.</summary>
public sealed record FundsHeld
{
    /// <summary>What the holder has been given in all; null for an account without a budget, of which nobody need hold anything.</summary>
    public long? Held { get; init; }

    /// <summary>The ledger had given the holder up: it counts from its open work again.</summary>
    public bool Lost { get; init; }

    /// <summary>The budget.</summary>
    public long Budget { get; init; }

    /// <summary>What nobody holds or has spent of it; below 0 where work that could not be estimated has cost more.</summary>
    public long Left { get; init; }

    /// <summary>When the budget begins anew; null for never.</summary>
    public DateTimeOffset? PeriodEnds { get; init; }

    /// <summary>The currency, three letters.</summary>
    public string Currency { get; init; } = "";

    /// <summary>Tokens a minute; null for no limit.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>The minute the figures below are of.</summary>
    public DateTimeOffset Window { get; init; }

    /// <summary>Milliseconds that are left of it, since the holder's clock may differ.</summary>
    public long WindowLeft { get; init; }

    /// <summary>Tokens of this minute that the holder has.</summary>
    public long TokensHeld { get; init; }

    /// <summary>Tokens of this minute that nobody has.</summary>
    public long TokensLeft { get; init; }
}

/// <summary>Request before a long job starts: sets its estimate aside on every account it is charged to, or none. Answered with <see cref="JobAdmitted"/>.</summary>
[Queue("orchestration.ledger")]
public sealed record AdmitJob
{
    /// <summary>The job; asked again for the same one, the answer is the same.</summary>
    public required Guid JobId { get; init; }

    /// <summary>Whose it is.</summary>
    public required JobLink Job { get; init; }

    /// <summary>What it is likely to cost; 0 where nobody can tell: then it starts while there is anything left.</summary>
    public long Estimate { get; init; }
}

/// <summary>Reply: whether the job may start.</summary>
public sealed record JobAdmitted
{
    /// <summary>Why not: <c>insufficient_quota</c> or <c>rate_limit_exceeded</c>; null when it may.</summary>
    public Problem? Problem { get; init; }

    /// <summary>Seconds until trying again may help; null when unknown.</summary>
    public long? RetryAfterSeconds { get; init; }
}

/// <summary>Event: work was done that no other event tells of, and what it took. Counted once for each <see cref="UsageId"/>.</summary>
public sealed record UsageMeasured
{
    /// <summary>Identity of the work.</summary>
    public required Guid UsageId { get; init; }

    /// <summary>What it was: <c>embedding</c>, <c>moderation</c>, <c>image</c>, <c>video</c>, …</summary>
    public required string Kind { get; init; }

    /// <summary>Place in the tree of jobs, and who pays.</summary>
    public required JobLink Job { get; init; }

    /// <summary>Name of the model that did it.</summary>
    public string? Model { get; init; }

    /// <summary>Digest of what was made, where it is kept.</summary>
    public string? Artifact { get; init; }

    /// <summary>By meter, in what is counted; see <see cref="Meters"/>.</summary>
    public required IReadOnlyDictionary<string, long> Quantities { get; init; }
}
