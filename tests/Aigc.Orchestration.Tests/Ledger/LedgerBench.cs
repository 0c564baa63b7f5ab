using Aigc.Application.Spending;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Ledger;
using Aigc.Orchestration.Ledger.Accounts;
using Aigc.Orchestration.Ledger.Prices;
using Aigc.Orchestration.Ledger.Usage;
using Aigc.Storage;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Aigc.Orchestration.Tests.Ledger;

/// <summary>The ledger on the embedded store and a clock of the test's, without a bus. A second one over the same folder is a second process.</summary>
internal sealed class LedgerBench : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly string _folder;
    private readonly bool _owns;

    private LedgerBench(string folder, Clock clock, LedgerOptions options, bool owns)
    {
        (_folder, _owns, Clock, Options) = (folder, owns, clock, options);
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<TimeProvider>(clock);
        services.AddSingleton(Microsoft.Extensions.Options.Options.Create(options));
        services.AddStorage(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Aigc:DataRoot"] = folder }).Build());
        services.AddDocuments<PriceDocument>("ledger-prices");
        services.AddDocuments<UsageEntry>("ledger-entries", e => e.Tenant, e => e.At, e => e.Open);
        services.AddDocuments<UsageSum>("ledger-sums", s => s.Tenant, s => s.Dimension, s => s.Hour);
        services.AddDocuments<AccountDocument>("ledger-accounts", a => a.Tenant, a => a.Subject, a => a.Due);
        services.AddSingleton<PriceBook>().AddSingleton<AccountBook>().AddSingleton<AccountViews>().AddSingleton<UsageReader>().AddSingleton<Tallies>();
        _services = services.BuildServiceProvider();
    }

    public static AccountRef Tenant { get; } = new() { Tenant = "acme", Scope = "tenant", Subject = "acme" };

    public Clock Clock { get; }

    public LedgerOptions Options { get; }

    public AccountBook Accounts => Get<AccountBook>();

    public IDocumentStore<UsageEntry> Entries => Get<IDocumentStore<UsageEntry>>();

    public static LedgerBench Create(LedgerOptions? options = null) =>
        new(Directory.CreateTempSubdirectory("aigc-ledger-").FullName, new Clock(), options ?? new LedgerOptions(), owns: true);

    public LedgerBench Beside() => new(_folder, Clock, Options, owns: false);

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task Budget(AccountRef account, long? amount, BudgetPeriod period = BudgetPeriod.Month, long? tokens = null, int? jobs = null) =>
        Accounts.Change(account, a => (a.Budget, a.Period, a.TokensPerMinute, a.ConcurrentJobs) = (amount, period, tokens, jobs), default);

    public async Task<AccountDocument> Account(AccountRef account) => (await Accounts.Find(account, default))!;

    /// <summary>Writes an entry down as the consumer does; false when it was there.</summary>
    public async Task<bool> Write(UsageEntry? entry) => entry is not null && await Entries.Insert(entry);

    public async Task AddUp()
    {
        while (await Get<Tallies>().Run(default) > 0)
        {
        }
    }

    public async Task<long> SumOfEntries() => (await Entries.Query(new DocumentQuery<UsageEntry>())).Sum(entry => entry.Money);

    /// <summary>The outcome of an answer, as a worker tells it.</summary>
    public static TextGenerated Outcome(Guid id, JobLink job, int prompt, int completion) => new()
    {
        GenerationId = id,
        Text = "",
        FinishReason = "stop",
        PromptTokens = prompt,
        CompletionTokens = completion,
        ModelDigest = new string('a', 64),
        Job = job,
        Model = "m",
    };

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_owns)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class Clock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero).UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public void Move(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}

/// <summary>The application's way to the ledger without a bus between them.</summary>
internal sealed class DirectLedger(LedgerBench bench) : ILedger
{
    public Task<FundsHeld> Hold(HoldFunds asked, CancellationToken ct) => bench.Accounts.Hold(asked, ct);

    public Task<JobAdmitted> Admit(AdmitJob asked, CancellationToken ct) => bench.Accounts.Admit(asked, ct);

    public Task<PriceList> Prices(CancellationToken ct) => bench.Get<PriceBook>().List(ct);
}
