using Aigc.Storage.Documents;

namespace Aigc.Gateway.Users;

/// <summary>Sign-ins to one account that have not succeeded. Kept for accounts that do not exist as well: a lock must not tell who does.</summary>
internal sealed class Attempt : IDocument
{
    /// <summary>Id the account has, or would have.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    public int Failed { get; set; }

    public DateTimeOffset? LockedUntil { get; set; }

    public required DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>
/// Locks an account for a while after repeated failures, at every gateway process. An attempt is counted before the password is
/// looked at and taken back when it was right: a thousand guesses at once are a thousand attempts.
/// </summary>
internal sealed class Attempts(IDocumentStore<Attempt> attempts, TimeProvider time)
{
    public const int Free = 5;

    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);
    private static readonly TimeSpan FirstLock = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestLock = TimeSpan.FromMinutes(15);

    /// <summary>Counts an attempt. How long to wait, when it may not be made; null when it may.</summary>
    public async Task<TimeSpan?> Begin(string account, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        TimeSpan? wait = null;
        await attempts.Upsert(
            account,
            () => new Attempt { Id = account, ExpiresAt = now + Memory },
            attempt => wait = Count(attempt, now),
            ct);
        return wait;
    }

    /// <summary>It was right: the account begins anew.</summary>
    public Task Succeeded(string account, CancellationToken ct) => attempts.Delete(account, ct);

    private static TimeSpan? Count(Attempt attempt, DateTimeOffset now)
    {
        if (attempt.LockedUntil > now)
        {
            return attempt.LockedUntil - now;
        }

        attempt.Failed = attempt.ExpiresAt > now ? attempt.Failed + 1 : 1;
        attempt.ExpiresAt = now + Memory;
        // The attempt that uses up the last free one is still made; whoever comes after it waits, twice as long with every further one.
        attempt.LockedUntil = attempt.Failed < Free ? null : now + Lock(attempt.Failed - Free);
        return null;
    }

    private static TimeSpan Lock(int further) =>
        further >= 5 ? LongestLock : TimeSpan.FromTicks(Math.Min(LongestLock.Ticks, FirstLock.Ticks << further));
}
