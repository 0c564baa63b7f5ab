using Aigc.Orchestration.Ledger.Accounts;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Orchestration.Ledger.Usage;

/// <summary>
/// Adds entries to the sums and accounts they belong to, each exactly once, without a transaction over documents. An entry is open until it is in all of
/// them. A tally names the entries it has counted that may still be open. It is read first, then the open entries: one that is still open then, and is not
/// named, is not in it; and the tally is written only if nobody has written it since. So neither a crash between two writes nor two processes at once count
/// twice.
/// </summary>
internal sealed partial class Tallies(
    IDocumentStore<UsageEntry> entries,
    IDocumentStore<UsageSum> sums,
    IDocumentStore<AccountDocument> accounts,
    TimeProvider time,
    IOptions<LedgerOptions> options,
    ILogger<Tallies> logger) : BackgroundService
{
    private const int Batch = 256;
    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <summary>There is something to add up.</summary>
    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It knows.
        }
    }

    /// <summary>Adds up what is open. Returns how many entries it has closed.</summary>
    public async Task<int> Run(CancellationToken ct)
    {
        var batch = await Open(Batch, ct);
        if (batch.Count == 0)
        {
            return 0;
        }

        var places = new Dictionary<UsageEntry, int>();
        var done = new Dictionary<string, int>();
        var bySum = new Dictionary<string, List<UsageEntry>>();
        var byAccount = new Dictionary<string, List<UsageEntry>>();
        foreach (var entry in batch)
        {
            places[entry] = Sort(entry, UsageSum.Of(entry), bySum) + Sort(entry, AccountDocument.Of(entry), byAccount);
        }

        await Add(sums, UsageSum.Of, bySum, done, ct);
        await Add(accounts, AccountDocument.Of, byAccount, done, ct);
        var closed = await Task.WhenAll(batch.Where(entry => done.GetValueOrDefault(entry.Id) == places[entry]).Select(entry => Close(entry, ct)));
        return closed.Count(one => one);
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await Run(stoppingToken) > 0)
                {
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(logger, failure);
            }

            await _wake.WaitAsync(options.Value.SweepEvery, stoppingToken);
        }
    }

    private static int Sort(UsageEntry entry, IEnumerable<ITally> targets, Dictionary<string, List<UsageEntry>> into)
    {
        var count = 0;
        foreach (var target in targets)
        {
            if (!into.TryGetValue(target.Id, out var belonging))
            {
                into[target.Id] = belonging = [];
            }

            belonging.Add(entry);
            count++;
        }

        return count;
    }

    private async Task Add<T>(
        IDocumentStore<T> store, Func<UsageEntry, IEnumerable<T>> targets, Dictionary<string, List<UsageEntry>> work, Dictionary<string, int> done, CancellationToken ct)
        where T : class, ITally
    {
        foreach (var (id, belonging) in work)
        {
            foreach (var entry in await Add(store, () => targets(belonging[0]).First(target => target.Id == id), belonging, ct))
            {
                done[entry] = done.GetValueOrDefault(entry) + 1;
            }
        }
    }

    private async Task<List<string>> Add<T>(IDocumentStore<T> store, Func<T> create, List<UsageEntry> belonging, CancellationToken ct)
        where T : class, ITally
    {
        while (true)
        {
            var tally = create();
            tally = await store.Find(tally.Id, ct) ?? tally;
            // After the tally, never before: see above. More than a batch, since others may have come in among them.
            var open = (await Open(2 * Batch, ct)).Select(entry => entry.Id).ToHashSet();
            var counted = tally.Counted.ToHashSet();
            var fresh = belonging.Where(entry => open.Contains(entry.Id)).ToList();
            if (fresh.TrueForAll(entry => counted.Contains(entry.Id)))
            {
                return fresh.ConvertAll(entry => entry.Id);
            }

            foreach (var entry in fresh.Where(entry => !counted.Contains(entry.Id)))
            {
                tally.Add(entry, time.GetUtcNow());
                counted.Add(entry.Id);
            }

            // Those that are closed will not come again. When the look at the open ones was cut short, absence proves nothing.
            tally.Counted = open.Count < 2 * Batch ? [.. counted.Where(open.Contains)] : [.. counted];
            if (tally.Version == 0 ? await store.Insert(tally, ct) : await store.Replace(tally, ct))
            {
                return fresh.ConvertAll(entry => entry.Id);
            }
        }
    }

    private async Task<bool> Close(UsageEntry entry, CancellationToken ct)
    {
        entry.Open = null;
        return await entries.Replace(entry, ct);
    }

    private Task<IReadOnlyList<UsageEntry>> Open(int most, CancellationToken ct) =>
        entries.Query(new DocumentQuery<UsageEntry>().Where(entry => entry.Open, true).Take(most), ct);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Usage could not be added up and will be tried again.")]
    private static partial void Failed(ILogger logger, Exception failure);
}
