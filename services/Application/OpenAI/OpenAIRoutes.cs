using System.Text.Json;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aigc.Application.OpenAI;

/// <summary>The routes every OpenAI client knows.</summary>
internal static class OpenAIRoutes
{
    public static void MapOpenAI(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1").WithTags("OpenAI");
        group.MapPost("/chat/completions", (HttpContext context, JsonElement body, AnswerWriter writer) =>
            writer.Answer(context, TextRequest.Chat(body), chat: true)).WithName("CreateChatCompletion");
        group.MapPost("/completions", (HttpContext context, JsonElement body, AnswerWriter writer) =>
            writer.Answer(context, TextRequest.Completion(body), chat: false)).WithName("CreateCompletion");
        group.MapGet("/models", async (HttpContext context, ModelDirectory models, CancellationToken ct) =>
            Json(new ModelEntries("list", [.. (await models.Served(context.Tenant(), ct)).Select(m => Entry(m, m.Model.Name, context.Tenant()))]))).WithName("ListModels");
        group.MapGet("/models/{**id}", async (HttpContext context, ModelDirectory models, string id, CancellationToken ct) =>
            Json(Entry(await models.Resolve(context.Tenant(), id, ct), id, context.Tenant()))).WithName("RetrieveModel");
        group.MapDelete("/models/{**id}", Keep).WithName("DeleteModel").WithSummary("Refused: a name stands for many versions. DELETE /api/models/{model}/versions/{digest} erases one.");
        // Studio's pages match every path for GET: without this, another method would be told 405 where there is no route at all.
        group.Map("/{**route}", (HttpContext context) =>
            ApiErrors.Write(context, StatusCodes.Status404NotFound, "unknown_route", $"{context.Request.Method} {context.Request.Path} is not a route of this API.")).ExcludeFromDescription();
    }

    private static async Task<IResult> Keep(HttpContext context, ModelDirectory models, string id, CancellationToken ct)
    {
        await models.Resolve(context.Tenant(), id, ct);
        return ApiErrors.Result(StatusCodes.Status403Forbidden, "model_not_deletable", $"Nothing was deleted: '{id}' stands for every version of it. DELETE /api/models/{{model}}/versions/{{digest}} erases one; GET /api/models/{{model}}/versions lists them.", "model");
    }

    private static IResult Json<T>(T value) => Results.Json(value, OpenAIJson.Options);

    private static ModelEntry Entry(RegisteredModel model, string id, string tenant) => new(id, "model", model.At.ToUnixTimeSeconds(), tenant);
}
