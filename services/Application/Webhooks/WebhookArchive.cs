using System.Linq.Expressions;
using Aigc.Storage.Documents;

namespace Aigc.Application.Webhooks;

/// <summary>Reads a tenant's endpoints and their deliveries. What belongs to another is not there.</summary>
internal sealed class WebhookArchive(IDocumentStore<WebhookEndpoint> endpoints, IDocumentStore<WebhookDelivery> deliveries)
{
    public async Task<WebhookEndpoint?> Find(string tenant, string id, CancellationToken ct) =>
        await endpoints.Find(id, ct) is { } endpoint && endpoint.Tenant == tenant ? endpoint : null;

    public Task<long> Count(string tenant, CancellationToken ct) => endpoints.Count(new DocumentQuery<WebhookEndpoint>().Where(endpoint => endpoint.Tenant, tenant), ct);

    public async Task<(IReadOnlyList<WebhookEndpoint> Page, bool HasMore)?> List(string tenant, int limit, string? after, CancellationToken ct)
    {
        var cursor = after is null ? null : await Find(tenant, after, ct);
        return after is not null && cursor is null
            ? null
            : await Newest(endpoints, () => new DocumentQuery<WebhookEndpoint>().Where(e => e.Tenant, tenant), e => e.CreatedAt, limit, cursor, cursor?.CreatedAt, ct);
    }

    public async Task<(IReadOnlyList<WebhookDelivery> Page, bool HasMore)?> Deliveries(WebhookEndpoint endpoint, int limit, string? after, CancellationToken ct)
    {
        var cursor = after is null ? null : await Delivery(endpoint, after, ct);
        return after is not null && cursor is null
            ? null
            : await Newest(deliveries, () => new DocumentQuery<WebhookDelivery>().Where(d => d.EndpointId, endpoint.Id), d => d.CreatedAt, limit, cursor, cursor?.CreatedAt, ct);
    }

    public async Task<WebhookDelivery?> Delivery(WebhookEndpoint endpoint, string id, CancellationToken ct) =>
        await deliveries.Find(id, ct) is { } found && found.EndpointId == endpoint.Id ? found : null;

    /// <summary>Newest first; of one instant by id, downwards.</summary>
    private static async Task<(IReadOnlyList<T> Page, bool HasMore)> Newest<T>(
        IDocumentStore<T> store, Func<DocumentQuery<T>> query, Expression<Func<T, DateTimeOffset>> at, int limit, T? cursor, DateTimeOffset? until, CancellationToken ct)
        where T : class, IDocument
    {
        var (found, time) = (new List<T>(), at.Compile());
        for (var skip = 0; found.Count <= limit; skip += limit + 1)
        {
            var asked = query().OrderBy(at, descending: true).Skip(skip).Take(limit + 1);
            var page = await store.Query(until is { } last ? asked.AtMost(at, last) : asked, ct);
            found.AddRange(page.Where(one => cursor is null || time(one) < until || string.CompareOrdinal(one.Id, cursor.Id) < 0));
            if (page.Count <= limit)
            {
                break;
            }
        }

        return (found.Count > limit ? found[..limit] : found, found.Count > limit);
    }
}
