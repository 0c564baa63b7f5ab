using Aigc.Contracts;
using Aigc.Contracts.Distribution;
using Aigc.Contracts.Jobs;
using Aigc.Distribution.Channels;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage.Artifacts;

namespace Aigc.Distribution.Publications;

/// <summary>The effect of a publication as leased work: done once per publication and try, taken over when its process dies.</summary>
internal sealed class DeliverContentWork(Delivery delivery) : IWork<DeliverContent>
{
    public string IdOf(DeliverContent command) => $"deliver/{command.PublicationId}/{command.Try}";

    public (Guid JobId, JobLink Job) JobOf(DeliverContent command) => (command.PublicationId, command.Job);

    public async Task<object> Run(DeliverContent command, WorkContext context, CancellationToken ct)
    {
        try
        {
            var delivered = await delivery.Deliver(command, ct);
            return new ContentDelivered { PublicationId = command.PublicationId, Receipt = delivered.Record.Receipt!, Reused = delivered.Reused };
        }
        catch (ChannelBusyException busy)
        {
            var problem = new Problem { Code = "channel_unreachable", Message = busy.Message, Param = "channel", Transient = true };
            return new DeliveryFailed { PublicationId = command.PublicationId, Problem = problem, Try = command.Try, RetryAfterSeconds = busy.RetryAfter?.TotalSeconds };
        }
        catch (ArtifactMissingException missing)
        {
            return Failed(command, new() { Code = "content_missing", Message = missing.Message, Param = "content.body" });
        }
    }

    public object Failed(DeliverContent command, Problem problem) =>
        new DeliveryFailed { PublicationId = command.PublicationId, Problem = problem with { Transient = false }, Try = command.Try };
}
