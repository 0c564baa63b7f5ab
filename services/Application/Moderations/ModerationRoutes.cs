using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.Application.Pools;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aigc.Application.Moderations;

/// <summary><c>POST /v1/moderations</c>.</summary>
internal static class ModerationRoutes
{
    public static void MapModerations(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/moderations", Create).WithTags("OpenAI").WithName("CreateModeration")
            .WithSummary("Which of OpenAI's categories texts fall under, as the newest moderation model says, or the classifier that is named.");

    private static async Task Create(HttpContext context, JsonElement body, ModerationModels models, PooledAnswers answers, CancellationToken ct)
    {
        try
        {
            var (id, request) = (Guid.NewGuid(), ModerationRequest.Read(body));
            var model = await models.Resolve(context.Tenant(), request.Model, ct);
            var labelled = await answers.AskNow(id, context.Tenant(), new ModerationWork(model, request), ct);
            await context.Response.WriteAsJsonAsync(Moderation.Of(id, request, model.Model.Name, labelled), OpenAIJson.Options, ct);
        }
        catch (ProblemException refused) when (!context.Response.HasStarted)
        {
            await Refusals.Write(context, refused.Problem, "input");
        }
    }
}
