using Aigc.Contracts.Jobs;

namespace Aigc.Contracts.Distribution;

/// <summary>Command: bring one piece of content out through one channel. Consumed by the publication saga.</summary>
[Queue("distribution.publications")]
public sealed record PublishContent
{
    /// <summary>Identity of the publication; sending it again re-announces the outcome and publishes nothing twice.</summary>
    public required Guid PublicationId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>What goes out.</summary>
    public required ContentItem Content { get; init; }

    /// <summary>Where it goes.</summary>
    public required ChannelSpec Channel { get; init; }

    /// <summary>Whether somebody has to approve it before it goes out.</summary>
    public bool NeedsApproval { get; init; }

    /// <summary>Not before this time; null for as soon as it may.</summary>
    public DateTimeOffset? PublishAt { get; init; }
}

/// <summary>
/// Command: somebody has approved or rejected a publication that waits for it. The first decision stands; the same one again, and any other, change nothing.
/// </summary>
[Queue("distribution.publications")]
public sealed record DecidePublication
{
    /// <summary>The publication.</summary>
    public required Guid PublicationId { get; init; }

    /// <summary>This very decision.</summary>
    public required Guid DecisionId { get; init; }

    /// <summary>Whether it may go out.</summary>
    public required bool Approved { get; init; }

    /// <summary>Who decided: the id of the person, else of the key.</summary>
    public required string By { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Why, in few words; a rejection has one.</summary>
    public string? Reason { get; init; }
}

/// <summary>A piece of generated content on its way out.</summary>
public sealed record ContentItem
{
    /// <summary>Identity: the digest of the text it carries.</summary>
    public required string ContentId { get; init; }

    /// <summary>Title for a person; the prompt, shortened.</summary>
    public required string Title { get; init; }

    /// <summary>The text (Markdown, <c>text/markdown</c>).</summary>
    public required ArtifactRef Body { get; init; }

    /// <summary>The prompt it answers.</summary>
    public string? Prompt { get; init; }

    /// <summary>Digest of the model that made it.</summary>
    public required string ModelDigest { get; init; }

    /// <summary>Name of that model.</summary>
    public required string ModelName { get; init; }

    /// <summary>The generation that made it.</summary>
    public required Guid GenerationId { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset GeneratedAt { get; init; }
}

/// <summary>Where content goes.</summary>
public sealed record ChannelSpec
{
    /// <summary><c>folder</c>, <c>feed</c> or <c>webhook</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Absolute path of the folder or of the feed file.</summary>
    public string? Path { get; init; }

    /// <summary>Address of the webhook.</summary>
    public Uri? Url { get; init; }

    /// <summary>Name of the configured signing secret of the webhook; secrets do not ride the bus.</summary>
    public string? SecretName { get; init; }

    /// <summary>Title of the feed.</summary>
    public string? Title { get; init; }
}

/// <summary>Event: the content is out, and the bytes read back carry every required mark.</summary>
public sealed record ContentPublished
{
    /// <summary>The publication.</summary>
    public required Guid PublicationId { get; init; }

    /// <summary>The proof.</summary>
    public required PublicationReceipt Receipt { get; init; }

    /// <summary>True when it was out already and nothing was written.</summary>
    public bool Reused { get; init; }
}

/// <summary>Proof of a publication.</summary>
public sealed record PublicationReceipt
{
    /// <summary>The content.</summary>
    public required string ContentId { get; init; }

    /// <summary>Kind of the channel.</summary>
    public required string Channel { get; init; }

    /// <summary>Where it is: file path, entry id or URL.</summary>
    public required string Location { get; init; }

    /// <summary>SHA-256 of the published bytes as read back.</summary>
    public required string Digest { get; init; }

    /// <summary>Marks found in them.</summary>
    public required IReadOnlyList<string> Marks { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>Event: the content is not out.</summary>
public sealed record PublicationFailed
{
    /// <summary>The publication.</summary>
    public required Guid PublicationId { get; init; }

    /// <summary>Why; <see cref="Rejected"/> when somebody decided so.</summary>
    public required Problem Problem { get; init; }

    /// <summary>Code of the problem of a publication that was rejected: nothing is broken, and nothing is to be tried again.</summary>
    public const string Rejected = "publication_rejected";
}

/// <summary>Command: write to the channel and read back. The effect is keyed by the publication id.</summary>
[Queue("distribution.deliver")]
public sealed record DeliverContent
{
    /// <summary>The publication.</summary>
    public required Guid PublicationId { get; init; }

    /// <summary>Place in the tree of jobs.</summary>
    public required JobLink Job { get; init; }

    /// <summary>What goes out.</summary>
    public required ContentItem Content { get; init; }

    /// <summary>Where it goes.</summary>
    public required ChannelSpec Channel { get; init; }

    /// <summary>0 for the first try; more after a channel asked to come back later.</summary>
    public int Try { get; init; }
}

/// <summary>Event: delivered and read back.</summary>
public sealed record ContentDelivered
{
    /// <summary>The publication.</summary>
    public required Guid PublicationId { get; init; }

    /// <summary>The proof.</summary>
    public required PublicationReceipt Receipt { get; init; }

    /// <summary>True when it was out already.</summary>
    public bool Reused { get; init; }
}

/// <summary>Event: delivery cannot succeed, a mark is missing, or (a transient problem) the channel is to be tried again later.</summary>
public sealed record DeliveryFailed
{
    /// <summary>The publication.</summary>
    public required Guid PublicationId { get; init; }

    /// <summary>Why.</summary>
    public required Problem Problem { get; init; }

    /// <summary>The try that failed.</summary>
    public int Try { get; init; }

    /// <summary>Seconds the channel asked to wait; null when it named none.</summary>
    public double? RetryAfterSeconds { get; init; }
}
