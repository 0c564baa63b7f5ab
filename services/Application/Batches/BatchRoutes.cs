using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Application.Paging;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aigc.Application.Batches;

/// <summary><c>/v1/batches</c>.</summary>
internal static class BatchRoutes
{
    public static void MapBatches(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/batches").WithTags("Batches");
        group.MapPost("/", async (HttpContext context, BatchDesk desk, JsonElement body, CancellationToken ct) =>
            Json(await desk.Create(context.Tenant(), new RequestBody(body), ct)))
            .WithName("CreateBatch").WithSummary("Answers every request of an uploaded file; the answers come as a file.").Produces<BatchView>();
        group.MapGet("/", async (HttpContext context, BatchDesk desk, int? limit, string? after, CancellationToken ct) =>
            Json(ListView<BatchView>.Of(await desk.List(context.Tenant(), PageAsked.Of(limit, after), ct), view => view, view => view.Id)))
            .WithName("ListBatches").Produces<ListView<BatchView>>();
        group.MapGet("/{id}", async (HttpContext context, BatchDesk desk, string id, CancellationToken ct) =>
            await desk.Find(context.Tenant(), id, ct) is { } run ? Json(await desk.View(run, ct)) : ApiErrors.NotFound("batch", id))
            .WithName("RetrieveBatch").Produces<BatchView>();
        group.MapPost("/{id}/cancel", async (HttpContext context, BatchDesk desk, string id, CancellationToken ct) =>
            await desk.Find(context.Tenant(), id, ct) is { } run ? Json(await desk.Cancel(run, ct)) : ApiErrors.NotFound("batch", id))
            .WithName("CancelBatch").WithSummary("Stops a batch; what was finished is written.").Produces<BatchView>();
    }

    private static IResult Json<T>(T value) => Results.Json(value, OpenAIJson.Options);
}
