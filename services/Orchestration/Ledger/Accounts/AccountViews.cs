using Aigc.Contracts.Orchestration;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Orchestration.Ledger.Accounts;

/// <summary>Accounts as they are shown.</summary>
internal sealed class AccountViews(IDocumentStore<AccountDocument> accounts, IOptions<LedgerOptions> options, TimeProvider time)
{
    private const int Most = 1_000;

    public async Task<AccountList> List(string tenant, CancellationToken ct)
    {
        var found = await accounts.Query(new DocumentQuery<AccountDocument>().Where(account => account.Tenant, tenant).OrderBy(account => account.Subject).Take(Most), ct);
        return new AccountList
        {
            Currency = options.Value.Currency,
            Accounts = [.. found.Select(View).OrderByDescending(account => account.Scope, StringComparer.Ordinal).ThenBy(account => account.Subject, StringComparer.Ordinal)],
        };
    }

    public AccountView View(AccountDocument account)
    {
        var now = time.GetUtcNow();
        return new AccountView
        {
            Scope = account.Scope,
            Subject = account.Subject,
            Budget = account.Budget,
            Period = account.Period.ToString().ToLowerInvariant(),
            PeriodEnds = Periods.End(account.Period, now),
            Spent = account.Spent(now),
            SetAside = account.SetAside,
            Left = account.Budget is null ? null : account.Left(now),
            Total = account.Total,
            TokensPerMinute = account.TokensPerMinute,
            ConcurrentJobs = account.ConcurrentJobs,
        };
    }
}
