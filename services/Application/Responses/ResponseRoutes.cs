using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Aigc.Application.Responses;

/// <summary><c>/v1/responses</c>.</summary>
internal static class ResponseRoutes
{
    private const int MostItems = 100;

    public static void MapResponses(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/responses").WithTags("OpenAI");
        group.MapPost("/", Create).WithName("CreateResponse").WithSummary("Answers an input: whole, as typed events, or in the background.");
        group.MapGet("/{id}", Get).WithName("GetResponse").WithSummary("A stored response; with stream=true its events, from starting_after on, live while it is at work.");
        group.MapDelete("/{id}", Delete).WithName("DeleteResponse");
        group.MapPost("/{id}/cancel", Cancel).WithName("CancelResponse").WithSummary("Stops a response in the background.");
        group.MapGet("/{id}/input_items", Items).WithName("ListInputItems");
    }

    private static async Task Create(HttpContext context, JsonElement body, ResponseDesk desk)
    {
        try
        {
            await desk.Create(context, ResponseRequest.Read(body));
        }
        catch (ProblemException refused) when (!context.Response.HasStarted)
        {
            await Refusals.Write(context, refused.Problem, "input");
        }
    }

    private static async Task Get(
        HttpContext context,
        ResponseStore store,
        BackgroundResponses background,
        ResponseReplay replay,
        string id,
        bool? stream,
        [FromQuery(Name = "starting_after")] int? after,
        CancellationToken ct)
    {
        if (await store.Find(context.Tenant(), id, ct) is not { } response)
        {
            await NotFound(context, id);
        }
        else if (stream == true)
        {
            await replay.Write(context, response, after ?? -1);
        }
        else
        {
            await ResponseWire.Whole(context, await background.Look(response, ct), ct);
        }
    }

    private static async Task Delete(HttpContext context, ResponseStore store, BackgroundResponses background, IDocumentStore<ResponseDocument> responses, string id, CancellationToken ct)
    {
        if (await store.Find(context.Tenant(), id, ct) is not { } response)
        {
            await NotFound(context, id);
            return;
        }

        if (!(await background.Look(response, ct)).Ended)
        {
            await background.Cancel(response, ct);
        }

        await responses.Delete(id, ct);
        await context.Response.WriteAsJsonAsync(new { Id = id, Object = "response.deleted", Deleted = true }, OpenAIJson.Options, ct);
    }

    private static async Task Cancel(HttpContext context, ResponseStore store, BackgroundResponses background, string id, CancellationToken ct)
    {
        if (await store.Find(context.Tenant(), id, ct) is not { } response)
        {
            await NotFound(context, id);
            return;
        }

        if (!response.Wishes.Background)
        {
            throw RequestBody.Invalid("id", "Only a response that was made with background true can be cancelled; one that is waited for is cancelled by closing the connection.");
        }

        response = await background.Look(response, ct);
        await ResponseWire.Whole(context, response.Ended ? response : await background.Cancel(response, ct), ct);
    }

    private static async Task Items(HttpContext context, ResponseStore store, string id, int? limit, string? after, string? order, CancellationToken ct)
    {
        if (limit is < 1 or > MostItems)
        {
            throw RequestBody.Invalid("limit", $"limit must be between 1 and {MostItems}.");
        }

        if (order is not (null or "asc" or "desc"))
        {
            throw RequestBody.Invalid("order", "order is asc or desc.");
        }

        if (await store.Find(context.Tenant(), id, ct) is not { } response)
        {
            await NotFound(context, id);
            return;
        }

        var all = order == "asc" ? response.Input : [.. response.Input.Reverse()];
        var start = after is null ? 0 : all.ToList().FindIndex(item => item.Id == after) + 1;
        if (after is not null && start == 0)
        {
            throw new ProblemException("invalid_cursor", $"There is no item '{after}' to go on from.", "after");
        }

        var page = all.Skip(start).Take(limit ?? 20).ToArray();
        await context.Response.WriteAsJsonAsync(
            new
            {
                Object = "list",
                Data = page.Select(ItemTable.Write),
                FirstId = page.FirstOrDefault()?.Id,
                LastId = page.LastOrDefault()?.Id,
                HasMore = start + page.Length < all.Count,
            },
            OpenAIJson.Options,
            ct);
    }

    private static Task NotFound(HttpContext context, string id) => ApiErrors.Write(context, StatusCodes.Status404NotFound, "not_found", $"There is no response '{id}'.", "id");
}
