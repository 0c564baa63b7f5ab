using Aigc.Contracts.Distribution;
using Aigc.Contracts.Jobs;
using Aigc.Storage.Documents;

namespace Aigc.Distribution.Publications;

/// <summary>
/// What is known about one piece of content in one channel, whoever asked for it and how often. Its id is the digest of tenant, channel and content:
/// a second publication finds the first one's record and publishes nothing twice.
/// </summary>
internal sealed class PublicationRecord : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    /// <summary>The publication that came first; part of the label, and the webhook-id of every repeat.</summary>
    public required Guid PublicationId { get; init; }

    /// <summary>Content and channel as first ordered: a repeat writes from these, so that it writes the same bytes.</summary>
    public required ContentItem Content { get; init; }

    public required ChannelSpec Channel { get; init; }

    /// <summary>The channel's identity, checked.</summary>
    public required string Address { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public PublicationState State { get; set; }

    /// <summary>Times the channel was given it. More than one for a webhook means that the receiver may have seen it before, under the same id.</summary>
    public int Deliveries { get; set; }

    /// <summary>Not to be tried before: the channel asked for it.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    public PublicationReceipt? Receipt { get; set; }

    public DateTimeOffset? TakenDownAt { get; set; }

    /// <summary>The job under which it last went out.</summary>
    public JobLink? Job { get; set; }
}

/// <summary>Where a piece of content stands in one channel.</summary>
internal enum PublicationState
{
    /// <summary>On its way; after a crash nobody knows more than that.</summary>
    Delivering,

    /// <summary>Out, read again, with every mark.</summary>
    Published,

    /// <summary>Given to the channel, and no answer came: it may be out.</summary>
    OutcomeUnknown,

    /// <summary>Refused or without its marks; not out.</summary>
    NotPublished,

    /// <summary>Was out and was removed on request; stays so.</summary>
    TakenDown,
}
