using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Aigc.ServiceDefaults.Outbound;
using Aigc.Storage.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Webhooks;

/// <summary><c>/api/webhooks</c>.</summary>
internal static class WebhookRoutes
{
    private const int MostEndpoints = 100, MostPage = 100, LongestDescription = 500;

    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/webhooks").WithTags("Webhooks");
        group.MapPost("/", Create).WithName("CreateWebhook").WithSummary("Adds an endpoint; its secret is told once, here.").Produces<WebhookView>(StatusCodes.Status201Created);
        group.MapGet("/", List).WithName("ListWebhooks");
        group.MapGet("/{id}", (HttpContext http, WebhookArchive archive, string id) =>
            With(http, archive, id, endpoint => Task.FromResult(Results.Ok(WebhookView.Of(endpoint))))).WithName("GetWebhook").Produces<WebhookView>();
        group.MapDelete("/{id}", (HttpContext http, WebhookArchive archive, IDocumentStore<WebhookEndpoint> endpoints, string id, CancellationToken ct) =>
            With(http, archive, id, async endpoint =>
            {
                await endpoints.Delete(endpoint.Id, ct);
                return Results.Ok(new { id, @object = "webhook.deleted", deleted = true });
            })).WithName("DeleteWebhook");
        group.MapPost("/{id}/rotate", Rotate).WithName("RotateWebhookSecret").WithSummary("A new secret, told once; the old one is signed with for a while yet.").Produces<WebhookView>();
        group.MapPost("/{id}/enable", Enable).WithName("EnableWebhook").WithSummary("Switches an endpoint on that was switched off for failing.").Produces<WebhookView>();
        group.MapPost("/{id}/test", (HttpContext http, WebhookArchive archive, WebhookEvents events, string id, CancellationToken ct) =>
            With(http, archive, id, async endpoint => Results.Accepted($"/api/webhooks/{id}/deliveries", DeliveryView.Of(await events.Test(endpoint, ct)))))
            .WithName("TestWebhook").Produces<DeliveryView>(StatusCodes.Status202Accepted);
        group.MapGet("/{id}/deliveries", Deliveries).WithName("ListWebhookDeliveries");
        group.MapPost("/{id}/replay", Replay).WithName("ReplayWebhook").WithSummary("Sends one delivery again, or all since a time, under their old ids.");
    }

    private static async Task<IResult> Create(
        HttpContext context, WebhookArchive archive, IDocumentStore<WebhookEndpoint> endpoints, WebhookHttp http, TimeProvider time, WebhookBody body, CancellationToken ct)
    {
        var events = EventsOf(body);
        if (body.Description is { Length: > LongestDescription })
        {
            throw new ProblemException("invalid_value", $"description has at most {LongestDescription} characters.", "description");
        }

        var url = await http.Check(body.Url ?? throw new ProblemException("missing_required_parameter", "You must provide a url.", "url"), ct);
        if (await archive.Count(context.Tenant(), ct) >= MostEndpoints)
        {
            throw new ProblemException("limit_reached", $"A tenant has at most {MostEndpoints} webhooks; delete one first.");
        }

        var endpoint = new WebhookEndpoint
        {
            Id = $"wh_{Guid.NewGuid():N}",
            Tenant = context.Tenant(),
            Url = url,
            Events = events,
            Description = body.Description,
            CreatedAt = time.GetUtcNow(),
            Secret = StandardWebhook.NewSecret(),
        };
        await endpoints.Insert(endpoint, ct);
        return Results.Created($"/api/webhooks/{endpoint.Id}", WebhookView.Of(endpoint, endpoint.Secret));
    }

    private static IReadOnlyList<string> EventsOf(WebhookBody body)
    {
        var known = $"it is one of {string.Join(", ", WebhookEventTypes.All)}, or * for all";
        return body.Events is not { Count: > 0 } ? throw new ProblemException("missing_required_parameter", $"events is a list of what to be told of; {known}.", "events")
            : body.Events.FirstOrDefault(type => type != "*" && !WebhookEventTypes.All.Contains(type)) is { } unknown ? throw new ProblemException("invalid_value", $"'{unknown}' is not an event; {known}.", "events")
            : [.. body.Events.Distinct()];
    }

    private static async Task<IResult> List(HttpContext context, WebhookArchive archive, int? limit, string? after, CancellationToken ct) =>
        await archive.List(context.Tenant(), LimitOf(limit), after, ct) is var (page, more)
            ? Page([.. page.Select(endpoint => WebhookView.Of(endpoint))], view => view.Id, more)
            : throw new ProblemException("invalid_cursor", $"There is no webhook '{after}' to go on from.", "after");

    private static Task<IResult> Deliveries(HttpContext context, WebhookArchive archive, string id, int? limit, string? after, CancellationToken ct) =>
        With(context, archive, id, async endpoint => await archive.Deliveries(endpoint, LimitOf(limit), after, ct) is var (page, more)
            ? Page([.. page.Select(DeliveryView.Of)], view => view.Id, more)
            : throw new ProblemException("invalid_cursor", $"There is no delivery '{after}' to go on from.", "after"));

    private static Task<IResult> Rotate(
        HttpContext context, WebhookArchive archive, IDocumentStore<WebhookEndpoint> endpoints, TimeProvider time, IOptions<ApplicationOptions> options, string id, CancellationToken ct) =>
        With(context, archive, id, async endpoint =>
        {
            var secret = StandardWebhook.NewSecret();
            var changed = await endpoints.TryUpdate(
                endpoint.Id,
                stored =>
                {
                    (stored.OldSecret, stored.OldUntil, stored.Secret) = (stored.Secret, time.GetUtcNow() + options.Value.Webhooks.RotationOverlap, secret);
                    return true;
                },
                ct);
            return changed is null ? ApiErrors.NotFound("webhook", id) : Results.Ok(WebhookView.Of(changed, secret));
        });

    private static Task<IResult> Enable(HttpContext context, WebhookArchive archive, IDocumentStore<WebhookEndpoint> endpoints, string id, CancellationToken ct) =>
        With(context, archive, id, async endpoint => await endpoints.TryUpdate(endpoint.Id, stored => { (stored.Disabled, stored.FailingSince) = (null, null); return true; }, ct) is { } enabled
            ? Results.Ok(WebhookView.Of(enabled))
            : ApiErrors.NotFound("webhook", id));

    private static Task<IResult> Replay(HttpContext context, WebhookArchive archive, WebhookReplays replays, string id, ReplayBody body, CancellationToken ct) =>
        With(context, archive, id, async endpoint =>
        {
            if (endpoint.Disabled is not null)
            {
                throw new ProblemException("webhook_disabled", "The endpoint is switched off; enable it first.");
            }

            if (body is { Delivery: { } one, Since: null })
            {
                return await archive.Delivery(endpoint, one, ct) is { } delivery && await replays.Again(delivery, ct) is { }
                    ? Replayed(1)
                    : ApiErrors.NotFound("delivery", one);
            }

            return body is { Delivery: null, Since: { } since }
                ? Replayed(await replays.Since(endpoint, since, ct))
                : throw new ProblemException("invalid_value", "Give either a delivery or since.", "delivery");
        });

    private static IResult Replayed(int count) => Results.Accepted(value: new { @object = "webhook.replay", deliveries = count });

    private static IResult Page<T>(IReadOnlyList<T> data, Func<T, string> id, bool more) => Results.Ok(new
    {
        @object = "list",
        data,
        first_id = data.Count > 0 ? id(data[0]) : null,
        last_id = data.Count > 0 ? id(data[^1]) : null,
        has_more = more,
    });

    private static int LimitOf(int? limit) => limit is < 1 or > MostPage ? throw new ProblemException("invalid_value", $"limit must be between 1 and {MostPage}.", "limit") : limit ?? 20;

    private static async Task<IResult> With(HttpContext context, WebhookArchive archive, string id, Func<WebhookEndpoint, Task<IResult>> answer) =>
        await archive.Find(context.Tenant(), id, context.RequestAborted) is { } endpoint ? await answer(endpoint) : ApiErrors.NotFound("webhook", id);
}
