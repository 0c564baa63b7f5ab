using System.Security.Cryptography;
using System.Text;
using Aigc.Contracts.Operations;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.ServiceDefaults.Bus;

/// <summary>Tells of every message that is given up, with the message. Before it is moved to the error queue: what cannot be told is delivered again.</summary>
internal sealed class FaultNotes(IServiceProvider services, string queue) : IFilter<ExceptionReceiveContext>
{
    /// <summary>Queue of whoever keeps the notes: a note that cannot be kept is not noted.</summary>
    public const string Keeper = "application.faults";

    private const int LongestError = 2_000;

    // Messages are small by rule; one that is not stays in the error queue alone.
    private const int LongestBody = 1 << 20;

    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        var body = context.Body.GetString();
        if (body.Length <= LongestBody)
        {
            var id = context.GetMessageId();
            var cause = context.Exception.GetBaseException();
            var error = $"{cause.GetType().Name}: {cause.Message}";
            // Asked for here: the bus is not there yet while its endpoints are configured.
            await services.GetRequiredService<IBus>().Publish(
                new MessageFaulted
                {
                    FaultId = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{queue}\n{id?.ToString() ?? body}")).AsSpan(0, 16)),
                    Queue = queue,
                    ContentType = context.ContentType.ToString(),
                    Body = body,
                    Error = error.Length <= LongestError ? error : error[..LongestError],
                    At = services.GetRequiredService<TimeProvider>().GetUtcNow(),
                    MessageId = id,
                },
                context.CancellationToken);
        }

        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("faultNotes");
}
