using System.Text;
using Aigc.Contracts.Distribution;
using Aigc.Distribution.Channels;
using Aigc.Distribution.Marking;
using Aigc.Provenance.Placing;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Distribution.Publications;

/// <summary>What a person or program sees of publications.</summary>
internal static class PublicationEndpoints
{
    private const int MostListed = 200;

    // What is read on a page; the file itself may have megabytes.
    private const int LongestPreview = 20_000;

    private static readonly Dictionary<string, string> States = new[]
    {
        nameof(PublicationStateMachine.AwaitingApproval), nameof(PublicationStateMachine.Scheduled), nameof(PublicationStateMachine.Delivering), nameof(PublicationStateMachine.Postponed),
        nameof(PublicationStateMachine.Succeeded), nameof(PublicationStateMachine.Failed), nameof(PublicationStateMachine.Cancelled),
    }.ToDictionary(Kebab);

    public static void Map(IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/publications");
        group.MapGet("", List).WithSummary("Publications, newest first; status=awaiting-approval is the queue of those who approve.");
        group.MapGet("{id}", Get);
        group.MapGet("{id}/preview", Preview).WithSummary("The text as it is to go out, with its marks.");
        group.MapPost("{id}/approve", (string id, HttpContext http, IDocumentStore<Publication> sagas, Decisions decisions, DecisionBody? body, CancellationToken ct) =>
            Decide(id, http, sagas, decisions, true, body, ct)).WithSummary("Lets a publication go out that awaits approval.");
        group.MapPost("{id}/reject", (string id, HttpContext http, IDocumentStore<Publication> sagas, Decisions decisions, DecisionBody? body, CancellationToken ct) =>
            Decide(id, http, sagas, decisions, false, body, ct)).WithSummary("Keeps a publication that awaits approval from going out, for a reason.");
        group.MapPost("{id}/take-down", TakeDown);
    }

    private static async Task<IResult> List(HttpContext http, IDocumentStore<Publication> sagas, string? status, int? limit, int? skip, CancellationToken ct)
    {
        if (limit is < 1 or > MostListed || skip is < 0)
            return ApiErrors.Result(400, "limit_invalid", $"limit is between 1 and {MostListed}, skip at least 0.", "limit");
        if (status is not null && !States.ContainsKey(status))
            return ApiErrors.Result(400, "status_invalid", $"status is one of {string.Join(", ", States.Keys)}.", "status");
        var query = new DocumentQuery<Publication>().Where(saga => saga.Tenant, http.Tenant()).OrderBy(saga => saga.CreatedAt, descending: true).Skip(skip ?? 0).Take(limit ?? 50);
        var found = await sagas.Query(status is null ? query : query.Where(saga => saga.CurrentState, States[status]), ct);
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
        string id, HttpContext http, IDocumentStore<Publication> sagas, IDocumentStore<PublicationRecord> records, ChannelSet channels, Delivery delivery,
        AdministrativeActs acts, CancellationToken ct)
    {
        if (await Find(id, http, sagas, ct) is not { } saga)
            return ApiErrors.NotFound("publication", id);
        if (await RecordOf(saga, records, channels, ct) is not { State: PublicationState.Published or PublicationState.TakenDown } record)
            return ApiErrors.Result(409, "not_published", "Only what is published can be taken down.");
        var taken = await delivery.TakeDown(record.Id, ct);
        // It comes down once, whoever asks how often.
        var act = Guid.Parse(Digest.OfParts("publication.taken-down", record.Id)[..32]);
        await acts.Tell(http, "publication.taken-down", saga.Id, new Dictionary<string, string> { ["channel"] = saga.Request.Channel.Kind }, (act, taken.TakenDownAt!.Value));
        return Results.Ok(View(saga, taken));
    }

    private static async Task<IResult> Decide(
        string id, HttpContext http, IDocumentStore<Publication> sagas, Decisions decisions, bool approved, DecisionBody? body, CancellationToken ct) =>
        await Find(id, http, sagas, ct) is { } saga
            ? await decisions.Decide(http, saga, approved, body?.Reason, after => View(after, null), ct)
            : ApiErrors.NotFound("publication", id);

    private static async Task<IResult> Preview(
        string id, HttpContext http, IDocumentStore<Publication> sagas, IDocumentStore<PublicationRecord> records, ChannelSet channels, MarkedContent content, MarkGate gate, CancellationToken ct)
    {
        if (await Find(id, http, sagas, ct) is not { } saga)
            return ApiErrors.NotFound("publication", id);
        try
        {
            // What went out first is what goes out again.
            var record = await RecordOf(saga, records, channels, ct);
            var text = await content.Of(record?.Content ?? saga.Request.Content, record?.PublicationId ?? saga.CorrelationId, ct);
            var marks = gate.Check(Encoding.UTF8.GetBytes(MarkdownMarks.Write(text)), text);
            var shown = text.Body.Length <= LongestPreview ? text.Body : text.Body[..LongestPreview];
            return Results.Ok(new PreviewView(text.Title, text.Visible, shown, text.Body.Length > LongestPreview, text.Model, text.Date, saga.Request.Content.Prompt, marks, text.Label.Fields.ToDictionary()));
        }
        catch (ArtifactMissingException missing)
        {
            return ApiErrors.Result(StatusCodes.Status404NotFound, "content_missing", missing.Message);
        }
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
        saga.ChangedAt,
        saga.Request.Channel.Path ?? saga.Request.Channel.Url?.ToString(),
        saga.Request.PublishAt,
        saga.Decision is { } decision ? new DecisionView(decision.Approved, decision.By, decision.At, decision.Reason) : null);

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
        DateTimeOffset ChangedAt,
        string? Place,
        DateTimeOffset? PublishAt,
        DecisionView? Decision);

    private sealed record DecisionView(bool Approved, string By, DateTimeOffset At, string? Reason);

    private sealed record PreviewView(
        string Title, string Visible, string Text, bool Shortened, string Model, DateTimeOffset GeneratedAt, string? Prompt, IReadOnlyList<string> Marks, IReadOnlyDictionary<string, string> Label);
}
