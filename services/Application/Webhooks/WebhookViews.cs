using System.Text.Json.Serialization;

namespace Aigc.Application.Webhooks;

/// <summary>An endpoint as it is asked for.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record WebhookBody(string? Url = null, IReadOnlyList<string>? Events = null, string? Description = null);

/// <summary>What to send again: one delivery, or all since a time.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ReplayBody(string? Delivery = null, DateTimeOffset? Since = null);

/// <summary>An endpoint as it is told. The secret is there when it is made or changed, and never again.</summary>
internal sealed record WebhookView(
    string Id, string Object, Uri Url, IReadOnlyList<string> Events, string? Description, DateTimeOffset CreatedAt, bool Enabled, string? DisabledBecause, DateTimeOffset? FailingSince, string? Secret,
    DateTimeOffset? OldSecretUntil)
{
    public static WebhookView Of(WebhookEndpoint endpoint, string? secret = null) => new(
        endpoint.Id, "webhook", endpoint.Url, endpoint.Events, endpoint.Description, endpoint.CreatedAt, endpoint.Disabled is null, endpoint.Disabled, endpoint.FailingSince, secret, endpoint.OldUntil);
}

/// <summary>A delivery as it is told.</summary>
internal sealed record DeliveryView(
    string Id, string Object, string EventId, string Type, DeliveryStatus Status, DateTimeOffset CreatedAt, int Attempts, DateTimeOffset? NextAt, IReadOnlyList<DeliveryTry> Tries, string Body)
{
    public static DeliveryView Of(WebhookDelivery delivery) => new(
        delivery.Id, "webhook.delivery", delivery.EventId, delivery.Type, delivery.Status, delivery.CreatedAt, delivery.Attempts, delivery.Due, delivery.Tries, delivery.Body);
}
