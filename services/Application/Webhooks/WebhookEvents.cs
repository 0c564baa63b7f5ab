using System.Text.Json;
using Aigc.Application.Jobs;
using Aigc.Application.OpenAI;
using Aigc.Contracts.Jobs;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Webhooks;

/// <summary>Names of events: OpenAI's, and the platform's own for every job.</summary>
internal static class WebhookEventTypes
{
    public const string Test = "webhook.test";

    public static IReadOnlyList<string> All { get; } =
    [
        "response.completed", "response.failed", "response.cancelled", "response.incomplete",
        "batch.completed", "batch.failed", "batch.cancelled", "batch.expired",
        "fine_tuning.job.succeeded", "fine_tuning.job.failed", "fine_tuning.job.cancelled",
        "job.succeeded", "job.failed", "job.cancelled",
    ];
}

/// <summary>Turns an event into a delivery for every endpoint of its tenant that wants it. Announcing an event again changes nothing.</summary>
internal sealed class WebhookEvents(
    IDocumentStore<WebhookEndpoint> endpoints, IDocumentStore<WebhookDelivery> deliveries, TimeProvider time, IOptions<ApplicationOptions> options)
{
    /// <summary>Announces one event of one thing.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="type">One of <see cref="WebhookEventTypes.All"/>.</param>
    /// <param name="subject">Id of the thing; with the type it is the event's identity.</param>
    /// <param name="ct">Stops it.</param>
    /// <param name="data">What is told beside the id; null for the id alone, as OpenAI does.</param>
    public async Task Announce(string tenant, string type, string subject, CancellationToken ct, object? data = null)
    {
        foreach (var endpoint in await endpoints.Query(new DocumentQuery<WebhookEndpoint>().Where(endpoint => endpoint.Tenant, tenant), ct))
        {
            if (endpoint.Wants(type))
            {
                await deliveries.Insert(Delivery(endpoint, type, subject, data ?? new { Id = subject }), ct);
            }
        }
    }

    /// <summary>A delivery that somebody asked for to see whether the endpoint works.</summary>
    public async Task<WebhookDelivery> Test(WebhookEndpoint endpoint, CancellationToken ct)
    {
        var delivery = Delivery(endpoint, WebhookEventTypes.Test, Guid.NewGuid().ToString("N"), new { endpoint.Id });
        await deliveries.Insert(delivery, ct);
        return delivery;
    }

    private WebhookDelivery Delivery(WebhookEndpoint endpoint, string type, string subject, object data)
    {
        var now = time.GetUtcNow();
        var id = $"evt_{Digest.ToGuid(endpoint.Tenant, type, subject):N}";
        return new()
        {
            Id = $"whd_{Digest.ToGuid(endpoint.Id, id):N}",
            Tenant = endpoint.Tenant,
            EndpointId = endpoint.Id,
            EventId = id,
            Type = type,
            Body = JsonSerializer.Serialize(new { Id = id, Object = "event", CreatedAt = now.ToUnixTimeSeconds(), Type = type, Data = data }, OpenAIJson.Options),
            CreatedAt = now,
            Due = now,
            Expires = now + options.Value.Webhooks.Retention,
        };
    }
}

/// <summary>Announces the end of every job of the platform.</summary>
internal sealed class JobWebhooks(WebhookEvents events) : IJobEndListener
{
    public Task Ended(JobDocument job, CancellationToken ct) => events.Announce(
        job.Tenant,
        job.Status switch { JobStatus.Succeeded => "job.succeeded", JobStatus.Failed => "job.failed", _ => "job.cancelled" },
        job.Id,
        ct,
        new { job.Id, job.Kind, job.RootId, job.Title, Error = job.Error is { } error ? new { error.Code, error.Message } : null });
}
