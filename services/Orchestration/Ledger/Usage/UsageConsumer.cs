using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Ledger.Accounts;
using Aigc.Orchestration.Ledger.Prices;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Orchestration.Ledger.Usage;

/// <summary>Hears of all work that was done and writes down what it took. Acknowledged once it is written; adding it up is <see cref="Tallies"/>' work.</summary>
internal sealed class UsageConsumer(IDocumentStore<UsageEntry> entries, PriceBook prices, AccountBook accounts, Tallies tallies, TimeProvider time)
    : IConsumer<TextGenerated>, IConsumer<TextGenerationFailed>, IConsumer<UsageMeasured>, IConsumer<JobChanged>
{
    public const string Queue = "orchestration.usage";

    public Task Consume(ConsumeContext<TextGenerated> context) => Write(context, EntryOf.Answer);

    public Task Consume(ConsumeContext<TextGenerationFailed> context) => Write(context, EntryOf.Cancelled);

    public Task Consume(ConsumeContext<UsageMeasured> context) => Write(context, EntryOf.Measured);

    public async Task Consume(ConsumeContext<JobChanged> context)
    {
        await Write(context, EntryOf.Job);
        // The money first, then the place it was kept in.
        await accounts.Hear(context.Message, context.CancellationToken);
    }

    private async Task Write<TEvent>(ConsumeContext<TEvent> context, Func<TEvent, PriceList, DateTimeOffset, UsageEntry?> read)
        where TEvent : class
    {
        var list = await prices.Known(context.CancellationToken);
        if (read(context.Message, list, time.GetUtcNow()) is { } entry && await entries.Insert(entry, context.CancellationToken))
        {
            tallies.Wake();
        }
    }
}
