using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Documents;
using Aigc.Storage.Leases;

namespace Aigc.Gateway.Repeats;

/// <summary>What a request with a key finds: it is the first (a token to finish it by), it was answered, or it is under way.</summary>
internal readonly record struct Beginning(long? Token, KeptAnswer? Answer);

/// <summary>
/// Keeps the first answer of every idempotency key for a day. Of several gateway processes the one whose insert wins carries the
/// request out, under a lease: when it dies, the lease runs out and the next repeat is carried out instead.
/// </summary>
internal sealed class AnswerBook(IDocumentStore<KeptAnswer> answers, TimeProvider time)
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    private readonly Leases<KeptAnswer> _leases = new(answers, time);

    public async Task<Beginning> Begin(string id, CancellationToken ct)
    {
        var owner = $"{ProcessIdentity.Current}.{Guid.NewGuid():N}";
        while (true)
        {
            var now = time.GetUtcNow();
            var first = new KeptAnswer { Id = id, ExpiresAt = now + KeptFor, Lease = new Lease { Owner = owner, Token = 1, Until = now + Lease } };
            if (await answers.Insert(first, ct))
            {
                return new Beginning(first.Lease.Token, null);
            }

            if (await answers.Find(id, ct) is not { } found)
            {
                continue;
            }

            if (found.ExpiresAt <= now && !(found.Lease?.Until > now))
            {
                await answers.Delete(id, ct);
                continue;
            }

            if (found.Status is not null)
            {
                return new Beginning(null, found);
            }

            var taken = await _leases.Acquire(id, owner, Lease, document => document.Status is null, ct);
            if (taken is null && await answers.Find(id, ct) is { Status: not null } answered)
            {
                return new Beginning(null, answered);
            }

            return new Beginning(taken?.Lease!.Token, null);
        }
    }

    /// <summary>Renews the lease until it is told to stop; the store being away for a moment is not the end of it.</summary>
    public async Task Hold(string id, long token, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                try
                {
                    await _leases.Renew(id, token, Lease, ct: stop);
                }
                catch (Exception away) when (away is not OperationCanceledException)
                {
                    // The lease lasts three of these; the next may reach the store.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The request is over.
        }
    }

    /// <summary>Keeps the answer, unless somebody else took the request over.</summary>
    public Task Keep(string id, long token, Action<KeptAnswer> answer) => _leases.Release(id, token, answer, CancellationToken.None);

    /// <summary>There is no answer worth keeping: whoever comes next carries the request out.</summary>
    public Task Abandon(string id, long token) => _leases.Release(id, token, ct: CancellationToken.None);
}
