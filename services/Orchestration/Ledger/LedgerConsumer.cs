using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Ledger.Accounts;
using Aigc.Orchestration.Ledger.Prices;
using Aigc.Orchestration.Ledger.Usage;
using Aigc.ServiceDefaults.Bus;
using MassTransit;

namespace Aigc.Orchestration.Ledger;

/// <summary>Answers what the ledger is asked on the bus.</summary>
internal sealed class LedgerConsumer(AccountBook accounts, AccountViews views, PriceBook prices, UsageReader usage)
    : IConsumer<HoldFunds>, IConsumer<AdmitJob>, IConsumer<ListPrices>, IConsumer<ReadUsage>, IConsumer<ListAccounts>
{
    public static string Queue { get; } = Routes.QueueOf(typeof(HoldFunds));

    public async Task Consume(ConsumeContext<HoldFunds> context) => await context.RespondAsync(await accounts.Hold(context.Message, context.CancellationToken));

    public async Task Consume(ConsumeContext<AdmitJob> context) => await context.RespondAsync(await accounts.Admit(context.Message, context.CancellationToken));

    public async Task Consume(ConsumeContext<ListPrices> context) => await context.RespondAsync(await prices.List(context.CancellationToken));

    public async Task Consume(ConsumeContext<ReadUsage> context) => await context.RespondAsync(await usage.Read(context.Message, context.CancellationToken));

    public async Task Consume(ConsumeContext<ListAccounts> context) => await context.RespondAsync(await views.List(context.Message.Tenant, context.CancellationToken));
}
