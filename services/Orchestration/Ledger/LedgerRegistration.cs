using Aigc.Orchestration.Ledger.Accounts;
using Aigc.Orchestration.Ledger.Prices;
using Aigc.Orchestration.Ledger.Usage;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage;
using MassTransit;

namespace Aigc.Orchestration.Ledger;

/// <summary>Wires the ledger.</summary>
internal static class LedgerRegistration
{
    public static void AddLedger(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<LedgerOptions>().BindConfiguration("Aigc:Ledger")
            .Validate(o => o.Currency is { Length: 3 } && o.Currency.All(char.IsAsciiLetterUpper), "Aigc:Ledger:Currency is three capital letters, for example EUR.")
            .Validate(
                o => o.Lease > TimeSpan.Zero && o.SweepEvery > TimeSpan.Zero && o.JobLease > TimeSpan.Zero && o.ReleaseAfter >= TimeSpan.Zero && o.SettleAfter >= TimeSpan.Zero,
                "Aigc:Ledger: Lease, SweepEvery and JobLease must be greater than zero, ReleaseAfter and SettleAfter not less.")
            .ValidateOnStart();
        services.AddDocuments<PriceDocument>("ledger-prices");
        services.AddDocuments<UsageEntry>("ledger-entries", e => e.Tenant, e => e.At, e => e.Open);
        services.AddDocuments<UsageSum>("ledger-sums", s => s.Tenant, s => s.Dimension, s => s.Hour);
        services.AddDocuments<AccountDocument>("ledger-accounts", a => a.Tenant, a => a.Subject, a => a.Due);
        services.AddSingleton<PriceBook>().AddSingleton<AccountBook>().AddSingleton<AccountViews>().AddSingleton<UsageReader>().AddSingleton<Tallies>();
        services.AddHostedService(provider => provider.GetRequiredService<Tallies>());
    }

    public static void AddLedger(this IBusRegistrationConfigurator bus)
    {
        bus.AddQueueConsumer<LedgerConsumer>(LedgerConsumer.Queue);
        bus.AddQueueConsumer<UsageConsumer>(UsageConsumer.Queue);
        // After the bus: it asks jobs whether they live.
        bus.AddHostedService<AccountSweep>();
    }
}
