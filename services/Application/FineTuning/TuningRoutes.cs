using System.Text.Json;
using Aigc.Application.Jobs;
using Aigc.Application.OpenAI;
using Aigc.Application.Paging;
using Aigc.Contracts.Application;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Aigc.ServiceDefaults.Sagas;
using Aigc.ServiceDefaults.Work;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.Application.FineTuning;

/// <summary><c>/v1/fine_tuning/jobs</c>.</summary>
internal static class TuningRoutes
{
    private const int LargestPage = 100;

    public static void AddFineTuning(this IServiceCollection services)
    {
        services.AddOptions<FineTuningOptions>().BindConfiguration("Aigc:Application:FineTuning")
            .Validate(o => o is { MaxMinutes: > 0, AutoSteps: > 0, MinExamples: > 0 }, "Aigc:Application:FineTuning: MaxMinutes, AutoSteps and MinExamples must be greater than zero.")
            .ValidateOnStart();
        services.AddSingleton<TuningDesk>().AddSingleton<IJobEndListener, TuningWebhooks>();
    }

    public static void AddFineTuning(this IBusRegistrationConfigurator bus)
    {
        bus.AddProcess<TuningStateMachine, TuningRun, FineTune>();
        bus.AddWork<PrepareExamples, PrepareExamplesWork>(concurrency: 2);
    }

    public static void MapFineTuning(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/fine_tuning/jobs").WithTags("Fine-tuning");
        group.MapPost("/", async (HttpContext context, TuningDesk desk, JsonElement body, CancellationToken ct) =>
            Json(await desk.Create(context.Tenant(), new RequestBody(body), ct)))
            .WithName("CreateFineTuningJob").WithSummary("Makes a model of an uploaded file of conversations.").Produces<TuningView>();
        group.MapGet("/", async (HttpContext context, TuningDesk desk, int? limit, string? after, CancellationToken ct) =>
            Json(ListView<TuningView>.Of(await desk.List(context.Tenant(), PageAsked.Of(limit, after, most: LargestPage), ct), view => view, view => view.Id)))
            .WithName("ListFineTuningJobs").Produces<ListView<TuningView>>();
        group.MapGet("/{id}", (HttpContext context, TuningDesk desk, string id, CancellationToken ct) =>
            Of(context, desk, id, async run => Json(await desk.View(run, ct)), ct)).WithName("RetrieveFineTuningJob").Produces<TuningView>();
        group.MapPost("/{id}/cancel", (HttpContext context, TuningDesk desk, string id, CancellationToken ct) =>
            Of(context, desk, id, async run => Json(await desk.Cancel(run, ct)), ct)).WithName("CancelFineTuningJob").Produces<TuningView>();
        group.MapGet("/{id}/events", (HttpContext context, TuningDesk desk, string id, int? limit, string? after, CancellationToken ct) =>
            Of(context, desk, id, async run => Json(ListView<TuningEventView>.Of(await desk.Events(run, PageAsked.Of(limit, after, most: LargestPage), ct), view => view, view => view.Id)), ct))
            .WithName("ListFineTuningEvents").Produces<ListView<TuningEventView>>();
        group.MapGet("/{id}/checkpoints", (HttpContext context, TuningDesk desk, string id, int? limit, string? after, CancellationToken ct) =>
            Of(context, desk, id, run => Task.FromResult(Json(ListView<TuningCheckpoint>.Of(Checkpoints(run, after), view => view, view => view.Id))), ct))
            .WithName("ListFineTuningCheckpoints").Produces<ListView<TuningCheckpoint>>();
        foreach (var verb in new[] { "pause", "resume" })
        {
            group.MapPost($"/{{id}}/{verb}", (HttpContext context, TuningDesk desk, string id, CancellationToken ct) =>
                Of(context, desk, id, _ => throw CannotPause(verb), ct)).WithName($"{(verb == "pause" ? "Pause" : "Resume")}FineTuningJob").WithSummary("Refused: a training run cannot be paused.");
        }
    }

    private static async Task<IResult> Of(HttpContext context, TuningDesk desk, string id, Func<TuningRun, Task<IResult>> answer, CancellationToken ct) =>
        await desk.Find(context.Tenant(), id, ct) is { } run ? await answer(run) : ApiErrors.NotFound("fine-tuning job", id);

    private static ItemPage<TuningCheckpoint> Checkpoints(TuningRun run, string? after) => new(after is null ? TuningCheckpoint.Of(run) : [], false);

    private static ProblemException CannotPause(string verb) =>
        new("unsupported_operation", $"This job cannot {verb}: the trainer runs to its end. It goes on by itself after a crash; cancel it to stop it for good.", "fine_tuning_job_id");

    private static IResult Json<T>(T value) => Results.Json(value, OpenAIJson.Options);
}
