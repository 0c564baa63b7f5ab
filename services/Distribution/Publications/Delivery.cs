using Aigc.Contracts.Distribution;
using Aigc.Distribution.Channels;
using Aigc.Distribution.Marking;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;
using Aigc.Storage.Leases;

namespace Aigc.Distribution.Publications;

/// <summary>How a delivery ended.</summary>
/// <param name="Record">The record after it.</param>
/// <param name="Reused">True when it was out already and nothing was written.</param>
internal sealed record Delivered(PublicationRecord Record, bool Reused);

/// <summary>Brings content out through a channel exactly once, as far as the channel lets it: write, read again, check the marks, keep the receipt.</summary>
internal sealed class Delivery(
    ChannelSet channels, MarkedContent content, MarkGate gate, IDocumentStore<PublicationRecord> records, Locks locks, TimeProvider time)
{
    /// <exception cref="ProblemException">It cannot go out.</exception>
    /// <exception cref="ChannelBusyException">Later, perhaps.</exception>
    public async Task<Delivered> Deliver(DeliverContent command, CancellationToken ct)
    {
        if (!IsDigest(command.Content.ContentId))
            throw new ProblemException("content_id_invalid", "A content id is the SHA-256 of the text, 64 lower-case hexadecimal digits.", "content.contentId");
        var channel = channels.Of(command.Channel);
        var address = channel.Address(command.Channel);
        var id = KeyOf(command.Job.Tenant, channel.Kind, address, command.Content.ContentId);
        // One at a time for each content and channel: a second publication waits and then finds the receipt.
        return await locks.Hold(
            $"publication/{id}",
            async () =>
            {
                await records.Insert(
                    new()
                    {
                        Id = id,
                        Tenant = command.Job.Tenant,
                        PublicationId = command.PublicationId,
                        Content = command.Content,
                        Channel = command.Channel,
                        Address = address,
                        CreatedAt = time.GetUtcNow(),
                    },
                    ct);
                var record = (await records.Find(id, ct))!;
                return await Deliver(channel, record, command, ct);
            },
            ct);
    }

    /// <summary>Removes what is out and keeps it from going out again.</summary>
    public Task<PublicationRecord> TakeDown(string id, CancellationToken ct) =>
        locks.Hold(
            $"publication/{id}",
            async () =>
            {
                var record = await records.Find(id, ct) ?? throw new ProblemException("not_found", "There is no such publication.");
                if (record.State == PublicationState.TakenDown)
                    return record;
                await channels.Of(record.Channel).TakeBack(await ParcelOf(record, ct), ct);
                return await records.Update(
                    id,
                    current =>
                    {
                        current.State = PublicationState.TakenDown;
                        current.TakenDownAt = time.GetUtcNow();
                    },
                    ct);
            },
            ct);

    /// <summary>Identity of a piece of content in a channel of a tenant.</summary>
    public static string KeyOf(string tenant, string kind, string address, string contentId) =>
        Digest.OfParts(tenant, kind, address, contentId);

    private async Task<Delivered> Deliver(IChannel channel, PublicationRecord record, DeliverContent command, CancellationToken ct)
    {
        if (record.State == PublicationState.TakenDown)
            throw new ProblemException("content_taken_down", "This content was taken down from this channel and stays so.");
        if (record.NotBefore is { } notBefore && notBefore > time.GetUtcNow())
            throw new ChannelBusyException("The channel asked to wait longer.", notBefore - time.GetUtcNow());
        var parcel = await ParcelOf(record, ct);
        if (record.State == PublicationState.Published && await channel.ReadBack(parcel, ct) is { } there && Digest.Of(there) == record.Receipt!.Digest)
            return new(record, Reused: true);

        // Written before the effect: after a crash the count says that the channel may have been given it already.
        await records.Update(
            record.Id,
            current =>
            {
                current.State = PublicationState.Delivering;
                current.Deliveries++;
                current.Job = command.Job;
            },
            ct);
        try
        {
            var location = await channel.Deliver(parcel, ct);
            var receipt = await Receipt(channel, parcel, location, ct);
            return new(await Settle(record.Id, PublicationState.Published, ct, receipt), Reused: false);
        }
        catch (ProblemException)
        {
            await Settle(record.Id, PublicationState.NotPublished, ct);
            throw;
        }
        catch (ChannelBusyException busy)
        {
            await Settle(record.Id, PublicationState.NotPublished, ct, notBefore: busy.RetryAfter is { } wait ? time.GetUtcNow() + wait : null);
            throw;
        }
        catch (OutcomeUnknownException unknown)
        {
            await Settle(record.Id, PublicationState.OutcomeUnknown, ct);
            throw new ProblemException(
                "outcome_unknown", $"{unknown.Message} It may have arrived; publishing it again repeats it under the same webhook-id, by which the receiver can tell.", cause: unknown);
        }
    }

    private async Task<PublicationReceipt> Receipt(IChannel channel, Parcel parcel, string location, CancellationToken ct)
    {
        try
        {
            var final = await channel.ReadBack(parcel, ct) ?? throw new ProblemException("mark_missing", "What was written cannot be found again.");
            return new()
            {
                ContentId = parcel.Text.ContentId,
                Channel = channel.Kind,
                Location = location,
                Digest = Digest.Of(final),
                Marks = gate.Check(final, parcel.Text),
                At = time.GetUtcNow(),
            };
        }
        catch (ProblemException refused) when (refused.Problem.Code == "mark_missing")
        {
            await channel.TakeBack(parcel, ct);
            throw;
        }
    }

    private Task<PublicationRecord> Settle(string id, PublicationState state, CancellationToken ct, PublicationReceipt? receipt = null, DateTimeOffset? notBefore = null) =>
        records.Update(
            id,
            current =>
            {
                current.State = state;
                current.Receipt = receipt;
                current.NotBefore = notBefore;
            },
            ct);

    private async Task<Parcel> ParcelOf(PublicationRecord record, CancellationToken ct)
    {
        var text = await content.Of(record.Content, record.PublicationId, ct);
        return new(record.PublicationId, record.Address, record.Channel, text, record.CreatedAt);
    }

    private static bool IsDigest(string id) => id.Length == 64 && id.All(char.IsAsciiHexDigitLower);
}
