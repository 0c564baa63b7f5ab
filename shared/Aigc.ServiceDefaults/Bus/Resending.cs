using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;

namespace Aigc.ServiceDefaults.Bus;

/// <summary>Sends a message again exactly as it was on the wire.</summary>
public sealed class Resending(IBus bus)
{
    /// <summary>To the queue it came from.</summary>
    public async Task Send(string queue, string contentType, string body, Guid? messageId, CancellationToken ct)
    {
        var endpoint = await bus.GetSendEndpoint(Routes.ToQueue(queue));
        await endpoint.Send(
            new Resent(),
            context =>
            {
                context.MessageId = messageId ?? context.MessageId;
                context.Serializer = new CopyBodySerializer(new ContentType(contentType), new StringMessageBody(body));
            },
            ct);
    }

    // Stands for the message on the way out; what is written are the bytes of the body.
    private sealed record Resent;
}
