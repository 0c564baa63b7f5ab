using System.Globalization;
using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Orchestration.Ledger.Accounts;

/// <summary>The accounts: what is held of them, and by which jobs.</summary>
internal sealed class AccountBook(IDocumentStore<AccountDocument> accounts, IOptions<LedgerOptions> options, TimeProvider time)
{
    private const int Page = 200;

    public Task<AccountDocument?> Find(AccountRef account, CancellationToken ct) => accounts.Find(AccountDocument.IdOf(account), ct);

    /// <summary>Changes budget and limits.</summary>
    public Task<AccountDocument> Change(AccountRef account, Action<AccountDocument> change, CancellationToken ct) =>
        accounts.Upsert(AccountDocument.IdOf(account), () => AccountDocument.Of(account), change, ct);

    /// <summary>A process's message about what it holds.</summary>
    public async Task<FundsHeld> Hold(HoldFunds asked, CancellationToken ct)
    {
        var answer = Nothing(asked);
        await accounts.TryUpdate(AccountDocument.IdOf(asked.Account), account => Holding.Apply(account, asked, options.Value, time.GetUtcNow(), out answer), ct);
        return answer;
    }

    /// <summary>Sets a job's estimate aside on every account it is charged to, or on none.</summary>
    public async Task<JobAdmitted> Admit(AdmitJob asked, CancellationToken ct)
    {
        var taken = new List<AccountRef>();
        foreach (var account in AccountRef.Of(asked.Job))
        {
            JobAdmitted? refused = null;
            var written = await accounts.TryUpdate(AccountDocument.IdOf(account), document => TryAdmit(document, asked, out refused), ct);
            if (refused is not null)
            {
                foreach (var earlier in taken)
                {
                    await Release(earlier, asked.JobId.ToString(), ct);
                }

                return refused;
            }

            if (written is not null)
            {
                taken.Add(account);
            }
        }

        return new JobAdmitted();
    }

    /// <summary>A job is heard of: it lives, or what it had set aside is free once what it used has been told.</summary>
    public async Task Hear(JobChanged change, CancellationToken ct)
    {
        if (change.JobId != change.Job.RootId)
        {
            return;
        }

        var ended = change.Status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled;
        foreach (var account in AccountRef.Of(change.Job))
        {
            await accounts.TryUpdate(AccountDocument.IdOf(account), document => Hear(document, change.JobId.ToString(), ended), ct);
        }
    }

    /// <summary>
    /// Gives up what was set aside by holders that are gone. Returns the jobs that are silent and may not exist; whoever asks after them makes a living one
    /// tell of itself.
    /// </summary>
    public async Task<IReadOnlyList<Guid>> Sweep(CancellationToken ct)
    {
        var asked = new List<Guid>();
        var due = await accounts.Query(new DocumentQuery<AccountDocument>().AtMost(account => account.Due, time.GetUtcNow()).OrderBy(account => account.Due).Take(Page), ct);
        foreach (var one in due)
        {
            List<Guid> silent = [];
            await accounts.TryUpdate(one.Id, account => Age(account, out silent), ct);
            asked.AddRange(silent);
        }

        return asked;
    }

    private static FundsHeld Nothing(HoldFunds asked) => new() { Held = null, Window = asked.Window ?? DateTimeOffset.UnixEpoch };

    private Task<AccountDocument?> Release(AccountRef account, string job, CancellationToken ct) => accounts.TryUpdate(
        AccountDocument.IdOf(account),
        document =>
        {
            var removed = document.Grants.Remove(job);
            document.Reschedule();
            return removed;
        },
        ct);

    private bool TryAdmit(AccountDocument account, AdmitJob asked, out JobAdmitted? refused)
    {
        var now = time.GetUtcNow();
        refused = null;
        if (account.Grants.ContainsKey(asked.JobId.ToString()) || account is { Budget: null, ConcurrentJobs: null })
        {
            return false;
        }

        var running = account.Grants.Values.Count(grant => grant is { Job: true, State: not GrantState.Ended });
        if (account.ConcurrentJobs <= running)
        {
            refused = new JobAdmitted
            {
                Problem = new Problem { Code = "rate_limit_exceeded", Message = $"{running} jobs of this {account.Scope} are running and {account.ConcurrentJobs} may at once; wait for one to end." },
            };
            return false;
        }

        if (account.Budget is not null && account.Left(now) < Math.Max(asked.Estimate, 1))
        {
            refused = Refusal(account, asked.Estimate, now);
            return false;
        }

        account.Grants[asked.JobId.ToString()] = new Grant { Amount = asked.Estimate, Job = true, Until = now + options.Value.JobLease };
        account.Reschedule();
        return true;
    }

    private JobAdmitted Refusal(AccountDocument account, long estimate, DateTimeOffset now)
    {
        var ends = Periods.End(account.Period, now);
        return new JobAdmitted
        {
            Problem = Quota.Exceeded(account.Scope, account.Budget!.Value, account.Left(now), estimate, ends, options.Value.Currency),
            RetryAfterSeconds = ends is { } end ? (long)Math.Ceiling((end - now).TotalSeconds) : null,
        };
    }

    private bool Hear(AccountDocument account, string job, bool ended)
    {
        if (!account.Grants.TryGetValue(job, out var grant) || grant.State == GrantState.Ended)
        {
            return false;
        }

        var now = time.GetUtcNow();
        if (!ended && grant.State == GrantState.Live && grant.Until - now > options.Value.JobLease / 2)
        {
            return false; // a write for every step of every job would tell nothing
        }

        (grant.State, grant.Until) = ended ? (GrantState.Ended, now + options.Value.SettleAfter) : (GrantState.Live, now + options.Value.JobLease);
        account.Reschedule();
        return true;
    }

    private bool Age(AccountDocument account, out List<Guid> silent)
    {
        var now = time.GetUtcNow();
        silent = [];
        foreach (var (holder, grant) in account.Grants.Where(grant => grant.Value.Until <= now).ToList())
        {
            if (grant.State != GrantState.Live)
            {
                account.Grants.Remove(holder);
                continue;
            }

            (grant.State, grant.Until) = (GrantState.Silent, now + (grant.Job ? options.Value.JobLease : options.Value.ReleaseAfter));
            if (grant.Job)
            {
                silent.Add(Guid.Parse(holder, CultureInfo.InvariantCulture));
            }
        }

        account.Reschedule();
        return true;
    }
}
