using Aigc.Storage.Documents;

namespace Aigc.Application.Webhooks;

/// <summary>Where a tenant wants to hear of events. The secrets are needed to sign with, so they are stored as they are and told once.</summary>
public sealed class WebhookEndpoint : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public required Uri Url { get; init; }

    /// <summary>Names of <see cref="WebhookEventTypes"/>, or <c>*</c>.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    public string? Description { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string Secret { get; set; }

    /// <summary>The secret before, signed with until <see cref="OldUntil"/>.</summary>
    public string? OldSecret { get; set; }

    public DateTimeOffset? OldUntil { get; set; }

    /// <summary>Since when it has done nothing but fail; null after a success.</summary>
    public DateTimeOffset? FailingSince { get; set; }

    /// <summary>Why it is switched off; null while it is on.</summary>
    public string? Disabled { get; set; }

    public bool Wants(string type) => Disabled is null && (Events.Contains("*") || Events.Contains(type));
}

/// <summary>Where a delivery stands.</summary>
public enum DeliveryStatus
{
    /// <summary>To be sent, or sent again.</summary>
    Pending,

    /// <summary>The receiver took it.</summary>
    Delivered,

    /// <summary>Given up; a replay sends it again.</summary>
    Failed,
}

/// <summary>One event for one endpoint. The id is made of both, so that announcing the event again adds nothing.</summary>
public sealed class WebhookDelivery : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public required string EndpointId { get; init; }

    /// <summary>The event's id, and the <c>webhook-id</c> of every try: the receiver tells a repeat from news by it.</summary>
    public required string EventId { get; init; }

    public required string Type { get; init; }

    /// <summary>JSON text that is sent and signed.</summary>
    public required string Body { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DeliveryStatus Status { get; set; }

    /// <summary>Tries in all.</summary>
    public int Attempts { get; set; }

    /// <summary>Failures since it was made or replayed: the place in the schedule.</summary>
    public int Failures { get; set; }

    /// <summary>The last tries, oldest first.</summary>
    public IReadOnlyList<DeliveryTry> Tries { get; set; } = [];

    /// <summary>When it is sent next, or looked after should its sender have died; null once it is done with.</summary>
    public DateTimeOffset? Due { get; set; }

    public DateTimeOffset Expires { get; init; }
}

/// <summary>What came of one try.</summary>
/// <param name="At">When it was sent.</param>
/// <param name="Status">The receiver's HTTP status; null for none.</param>
/// <param name="Error">Why there was none, or what it means.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record DeliveryTry(DateTimeOffset At, int? Status, string? Error, double Seconds);
