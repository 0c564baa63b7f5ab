using Aigc.Storage.Documents;

namespace Aigc.Application.Webhooks;

/// <summary>Sends deliveries again, under the id they had: a receiver that has taken one knows it.</summary>
internal sealed class WebhookReplays(IDocumentStore<WebhookDelivery> deliveries, TimeProvider time)
{
    private const int Page = 200;

    /// <summary>One delivery.</summary>
    public Task<WebhookDelivery?> Again(WebhookDelivery delivery, CancellationToken ct) => deliveries.TryUpdate(
        delivery.Id,
        stored =>
        {
            stored.Status = DeliveryStatus.Pending;
            stored.Failures = 0;
            stored.Due = time.GetUtcNow();
            return true;
        },
        ct);

    /// <summary>All of an endpoint since a time; returns how many.</summary>
    public async Task<int> Since(WebhookEndpoint endpoint, DateTimeOffset since, CancellationToken ct)
    {
        // What is made while this runs is sent anyway.
        var until = time.GetUtcNow();
        var replayed = 0;
        while (true)
        {
            var page = await deliveries.Query(
                new DocumentQuery<WebhookDelivery>()
                    .Where(d => d.EndpointId, endpoint.Id).AtLeast(d => d.CreatedAt, since).AtMost(d => d.CreatedAt, until).OrderBy(d => d.CreatedAt).Skip(replayed).Take(Page),
                ct);
            foreach (var delivery in page)
            {
                await Again(delivery, ct);
            }

            replayed += page.Count;
            if (page.Count < Page)
            {
                return replayed;
            }
        }
    }
}
