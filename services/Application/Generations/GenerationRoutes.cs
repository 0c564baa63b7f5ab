using System.Text.Json.Serialization;
using Aigc.Application.Jobs;
using Aigc.Application.OpenAI;
using Aigc.Application.Spending;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Artifacts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aigc.Application.Generations;

/// <summary>A durable generation as it is asked for: a prompt or messages, and a model by name or digest.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record GenerationBody(string Model, string? Prompt = null, IReadOnlyList<ChatTurn>? Messages = null, SamplingSpec? Sampling = null);

/// <summary>Durable generations: accepted, stored, and watched as jobs.</summary>
internal static class GenerationRoutes
{
    private const int TitleLength = 60;

    public static void MapGenerations(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/generations").WithTags("Generations");
        group.MapPost("/", Start).WithName("StartGeneration").WithSummary("Starts a durable generation; ?key= makes it idempotent.").Produces<JobView>(StatusCodes.Status202Accepted);
        group.MapGet("/", (HttpContext context, JobArchive archive, int? limit, string? after, CancellationToken ct) =>
            JobRoutes.List(context, archive, new JobFilter(JobKinds.Generation), limit, after, ct)).WithName("ListGenerations").Produces<JobPage>();
    }

    private static async Task<IResult> Start(HttpContext context, JobDesk desk, ModelDirectory models, Payers payers, GenerationBody body, string? key, CancellationToken ct)
    {
        var tenant = context.Tenant();
        Check(body);
        await models.Resolve(tenant, body.Model, ct);
        var id = key is null ? Guid.NewGuid() : Digest.ToGuid(tenant, "generation", key);
        var link = payers.Link(id, tenant);
        var command = new RequestGeneration
        {
            GenerationId = id,
            Job = link,
            Model = body.Model,
            Prompt = body.Prompt,
            Messages = body.Messages ?? [],
            Sampling = body.Sampling ?? new SamplingSpec(),
        };
        return JobRoutes.Accepted(await desk.Submit(JobKinds.Generation, id, link, Title(body), command, ct));
    }

    private static void Check(GenerationBody body)
    {
        if (string.IsNullOrEmpty(body.Prompt) == (body.Messages is not { Count: > 0 }))
        {
            throw new ProblemException("invalid_value", "Give either a prompt or messages.", "prompt");
        }

        var sampling = body.Sampling ?? new SamplingSpec();
        if (sampling is { MaxTokens: < 1 } or { Temperature: not (>= 0 and <= 2) } or { TopP: not (> 0 and <= 1) } or { TopK: < 0 })
        {
            throw new ProblemException("invalid_value", "maxTokens is at least 1, temperature between 0 and 2, topP above 0 and at most 1, topK at least 0.", "sampling");
        }
    }

    private static string Title(GenerationBody body)
    {
        var text = body.Prompt ?? body.Messages![^1].Content;
        return text.Length <= TitleLength ? text : text[..TitleLength] + "…";
    }
}
