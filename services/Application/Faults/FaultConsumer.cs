using Aigc.Contracts.Operations;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Application.Faults;

/// <summary>Keeps what is told of messages that were given up.</summary>
internal sealed class FaultConsumer(IDocumentStore<FaultDocument> faults) : IConsumer<MessageFaulted>
{
    public const string Queue = "application.faults";

    public Task Consume(ConsumeContext<MessageFaulted> context)
    {
        var told = context.Message;
        return faults.Upsert(
            told.FaultId.ToString("N"),
            () => new FaultDocument { Id = told.FaultId.ToString("N"), Queue = told.Queue, ContentType = told.ContentType, Body = told.Body, MessageId = told.MessageId },
            fault =>
            {
                // Told twice, it happened once.
                fault.Times += fault.At == told.At ? 0 : 1;
                (fault.Error, fault.At) = (told.Error, told.At);
            },
            context.CancellationToken);
    }
}
