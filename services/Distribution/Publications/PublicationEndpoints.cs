using Aigc.Contracts.Distribution;
using Aigc.Distribution.Channels;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;

namespace Aigc.Distribution.Publications;

/// <summary>What a person or program sees of publications.</summary>
internal static class PublicationEndpoints
{
    private const int MostListed = 200;

    public static void Map(IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/publications");
        group.MapGet("", List);
        group.MapGet("{id}", Get);
        group.MapPost("{id}/take-down", TakeDown);
    }

    private static async Task<IResult> List(HttpContext http, IDocumentStore<Publication> sagas, int? limit, int? skip, CancellationToken ct)
    {
        if (limit is < 1 or > MostListed || skip is < 0)
            return ApiErrors.Result(400, "limit_invalid", $"limit is between 1 and {MostListed}, skip at least 0.", "limit");
        var found = await sagas.Query(
            new DocumentQuery<Publication>().Where(saga => saga.Tenant, http.Tenant()).OrderBy(saga => saga.CreatedAt, descending: true).Skip(skip ?? 0).Take(limit ?? 50),
            ct);
        return Results.Ok(new { data = found.Select(saga => View(saga, null)) });
    }

    private static async Task<IResult> Get(
        string id, HttpContext http, IDocumentStore<Publication> sagas, IDocumentStore<PublicationRecord> records, ChannelSet channels, CancellationToken ct)
    {
        if (await Find(id, http, sagas, ct) is not { } saga)
            return ApiErrors.NotFound("publication", id);
        return Results.Ok(View(saga, await RecordOf(saga, records, channels, ct)));
    }

    private static async Task<IResult> TakeDown(
        string id, HttpContext http, IDocumentStore<Publication> sagas, IDocumentStore<PublicationRecord> records, ChannelSet channels, Delivery delivery, CancellationToken ct)
    {
        if (await Find(id, http, sagas, ct) is not { } saga)
            return ApiErrors.NotFound("publication", id);
        if (await RecordOf(saga, records, channels, ct) is not { State: PublicationState.Published or PublicationState.TakenDown } record)
            return ApiErrors.Result(409, "not_published", "Only what is published can be taken down.");
        return Results.Ok(View(saga, await delivery.TakeDown(record.Id, ct)));
    }

    // Sagas are stored under the id's usual form; any form of a GUID that a client sends means the same.
    private static async Task<Publication?> Find(string id, HttpContext http, IDocumentStore<Publication> sagas, CancellationToken ct) =>
        Guid.TryParse(id, out var guid) && await sagas.Find(guid.ToString(), ct) is { } saga && saga.Tenant == http.Tenant() ? saga : null;

    private static async Task<PublicationRecord?> RecordOf(Publication saga, IDocumentStore<PublicationRecord> records, ChannelSet channels, CancellationToken ct)
    {
        try
        {
            var channel = channels.Of(saga.Request.Channel);
            return await records.Find(Delivery.KeyOf(saga.Tenant, channel.Kind, channel.Address(saga.Request.Channel), saga.Request.Content.ContentId), ct);
        }
        catch (ProblemException)
        {
            // The channel that was asked for was refused, so nothing was ever recorded for it.
            return null;
        }
    }

    private static PublicationView View(Publication saga, PublicationRecord? record) => new(
        saga.CorrelationId,
        Kebab(saga.CurrentState),
        saga.Request.Content.ContentId,
        saga.Title,
        saga.Request.Channel.Kind,
        saga.Receipt,
        saga.Reused,
        record is null ? null : Kebab(record.State.ToString()),
        record?.Deliveries,
        record?.TakenDownAt,
        saga.Waiting,
        saga.Problem,
        saga.CreatedAt,
        saga.ChangedAt);

    private static string Kebab(string name) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(name);

    private sealed record PublicationView(
        Guid Id,
        string Status,
        string ContentId,
        string? Title,
        string Channel,
        PublicationReceipt? Receipt,
        bool Reused,
        string? State,
        int? Deliveries,
        DateTimeOffset? TakenDownAt,
        string? Waiting,
        Contracts.Problem? Error,
        DateTimeOffset CreatedAt,
        DateTimeOffset ChangedAt);
}
