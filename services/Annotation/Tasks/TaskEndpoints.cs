using System.Text.Json;
using System.Text.Json.Serialization;
using Aigc.Annotation.Campaigns;
using Aigc.Annotation.Export;
using Aigc.Annotation.Kinds;
using Aigc.Contracts.Annotation;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;

namespace Aigc.Annotation.Tasks;

/// <summary>
/// Labelling by people: next, submit, skip, release, undo. Who labels is who asks, in the gateway's words; a body that names somebody else is refused, so that no
/// label is put down to the wrong person.
/// </summary>
internal static class TaskEndpoints
{
    private const double ShortestLease = 10, UsualLease = 600, LongestLease = 8 * 3600;
    private const double LongestLeadTime = 7 * 24 * 3600;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/annotation/campaigns/{id}/tasks/next", Next).WithTags("Annotation").WithSummary("Hands out the next task that the caller has not labelled, on a lease.");
        app.MapPost("/api/annotation/tasks/{id}/submit", Submit).WithTags("Annotation").WithSummary("Gives the label of a task that the caller holds.");
        app.MapPost("/api/annotation/tasks/{id}/skip", Skip).WithTags("Annotation").WithSummary("Passes a task over for the caller; others may still get it.");
        app.MapPost("/api/annotation/tasks/{id}/release", Release).WithTags("Annotation").WithSummary("Gives a task back that the caller does not want to label now.");
        app.MapPost("/api/annotation/tasks/{id}/undo", Undo).WithTags("Annotation").WithSummary("Takes the caller's label back and hands the task out again.");
    }

    public static object View(AnnotationTask task) => new
    {
        task.Id,
        task.Kind,
        task.Status,
        task.Wanted,
        task.Dispute,
        task.Answer,
        Decision = task.Decision is { } decision ? new { decision.By, decision.At, decision.Note } : null,
        Task = LabelStudio.Task(task),
    };

    /// <summary>A task of the caller's tenant with its campaign; null for anybody else's.</summary>
    public static async Task<(Campaign Campaign, AnnotationTask Task)?> Find(
        string id, HttpContext http, IDocumentStore<Campaign> campaigns, IDocumentStore<AnnotationTask> tasks, CancellationToken ct) =>
        await tasks.Find(id, ct) is { } task && await CampaignEndpoints.Find(task.Campaign, http, campaigns, ct) is { } campaign ? (campaign, task) : null;

    /// <summary>What became of a change, and word to the campaign where a task is decided.</summary>
    public static async Task<IResult> Answer(string id, (TaskOutcome Outcome, AnnotationTask? Task) done, Campaign campaign, ICommands commands, CancellationToken ct)
    {
        switch (done.Outcome)
        {
            case TaskOutcome.NotFound:
                return ApiErrors.NotFound("task", id);
            case TaskOutcome.LeaseLost:
                return ApiErrors.Result(409, "lease_lost", "The lease ran out or is somebody else's; take the next task.", "lease");
            default:
                if (done.Task!.Status == TaskStatuses.Resolved)
                    await commands.Send(new CountOpenTasks { CampaignId = Guid.Parse(campaign.Id) }, ct);
                return Results.Ok(View(done.Task));
        }
    }

    private static async Task<IResult> Next(
        string id, NextRequest request, HttpContext http, IDocumentStore<Campaign> campaigns, TaskDesk desk, CancellationToken ct)
    {
        if (await CampaignEndpoints.Find(id, http, campaigns, ct) is not { } campaign)
            return ApiErrors.NotFound("campaign", id);
        var annotator = Annotator(http, request.Annotator);
        var seconds = request.LeaseSeconds ?? UsualLease;
        if (!(seconds >= ShortestLease && seconds <= LongestLease))
            return ApiErrors.Result(400, "lease_invalid", $"leaseSeconds is between {ShortestLease} and {LongestLease}.", "leaseSeconds");
        return await desk.Next(campaign.Id, annotator, TimeSpan.FromSeconds(seconds), ct) is { } next
            ? Results.Ok(Leased(campaign, next.Task, next.Lease))
            : Results.NoContent();
    }

    private static async Task<IResult> Submit(
        string id, SubmitRequest request, HttpContext http, IDocumentStore<Campaign> campaigns, IDocumentStore<AnnotationTask> tasks, TaskDesk desk, ICommands commands, CancellationToken ct)
    {
        if (await Find(id, http, campaigns, tasks, ct) is not { } found)
            return ApiErrors.NotFound("task", id);
        var annotator = Annotator(http, request.Annotator);
        if (request.LeadTime is not null and not (>= 0 and <= LongestLeadTime))
            return ApiErrors.Result(400, "lead_time_invalid", "lead_time is in seconds and not negative.", "lead_time");
        var answer = TaskKinds.Of(found.Task.Kind).Read(request.Given(), found.Task.Data, found.Campaign.Annotation);
        return await Answer(id, await desk.Submit(id, annotator, request.Lease ?? "", answer, request.LeadTime, ct), found.Campaign, commands, ct);
    }

    private static async Task<IResult> Skip(
        string id, LeaseRequest request, HttpContext http, IDocumentStore<Campaign> campaigns, IDocumentStore<AnnotationTask> tasks, TaskDesk desk, ICommands commands, CancellationToken ct) =>
        await Find(id, http, campaigns, tasks, ct) is { } found
            ? await Answer(id, await desk.Skip(id, Annotator(http, request.Annotator), request.Lease ?? "", ct), found.Campaign, commands, ct)
            : ApiErrors.NotFound("task", id);

    private static async Task<IResult> Release(
        string id, LeaseRequest request, HttpContext http, IDocumentStore<Campaign> campaigns, IDocumentStore<AnnotationTask> tasks, TaskDesk desk, ICommands commands, CancellationToken ct) =>
        await Find(id, http, campaigns, tasks, ct) is { } found
            ? await Answer(id, await desk.Release(id, Annotator(http, request.Annotator), request.Lease ?? "", ct), found.Campaign, commands, ct)
            : ApiErrors.NotFound("task", id);

    private static async Task<IResult> Undo(
        string id, LeaseRequest request, HttpContext http, IDocumentStore<Campaign> campaigns, IDocumentStore<AnnotationTask> tasks, IDocumentStore<LabelingCampaign> sagas, TaskDesk desk, CancellationToken ct)
    {
        if (await Find(id, http, campaigns, tasks, ct) is not { } found)
            return ApiErrors.NotFound("task", id);
        var annotator = Annotator(http, request.Annotator);
        if (found.Task.Status == TaskStatuses.Resolved && await IsWritten(found.Campaign, sagas, ct))
            return TooLate();
        var done = await desk.Undo(id, annotator, request.Lease ?? "", TimeSpan.FromSeconds(UsualLease), ct);
        return done.Outcome switch
        {
            TaskOutcome.Done => Results.Ok(Leased(found.Campaign, done.Task!, done.Lease!)),
            TaskOutcome.NotFound => ApiErrors.NotFound("task", id),
            _ => TooLate(),
        };
    }

    // A campaign that waits for people has its labels written as soon as the last task is decided; one that does not had them written before people began.
    private static async Task<bool> IsWritten(Campaign campaign, IDocumentStore<LabelingCampaign> sagas, CancellationToken ct) =>
        campaign.Annotation.OnDisagreement == "wait"
        && await sagas.Find(campaign.Id, ct) is { CurrentState: not (nameof(LabelingCampaignStateMachine.Labeling) or nameof(LabelingCampaignStateMachine.WaitingForPeople)) };

    private static IResult TooLate() =>
        ApiErrors.Result(409, "undo_too_late", "There is nothing of yours to take back under this lease: it is undone, others have decided since, or the labels are written.", "lease");

    private static object Leased(Campaign campaign, AnnotationTask task, TaskLease lease) => new
    {
        Lease = lease.Id,
        lease.Until,
        LabelConfig = TaskKinds.Of(campaign.Annotation.Task).Config(campaign.Annotation),
        campaign.Annotation,
        Task = View(task),
    };

    private static string Annotator(HttpContext http, string? named)
    {
        var actor = http.Caller().Actor;
        return named is null || named == actor
            ? actor
            : throw new ProblemException("annotator_not_you", $"A label is put down to whoever asks, which is {actor}; leave annotator out.", "annotator");
    }

    private sealed record NextRequest(string? Annotator, double? LeaseSeconds);

    private sealed record LeaseRequest(string? Annotator, string? Lease);

    private sealed record SubmitRequest : AnswerRequest
    {
        public string? Annotator { get; init; }

        public string? Lease { get; init; }

        [JsonPropertyName("lead_time")]
        public double? LeadTime { get; init; }
    }
}

/// <summary>An answer in plain fields, or Label Studio's result array; plain fields go first.</summary>
internal record AnswerRequest
{
    public string? Topic { get; init; }

    public string? Label { get; init; }

    public string? Instruction { get; init; }

    public string? Response { get; init; }

    public IReadOnlyList<LabelledSpan>? Spans { get; init; }

    public string? Preferred { get; init; }

    public string? Text { get; init; }

    public JsonElement? Result { get; init; }

    public GivenAnswer Given()
    {
        var read = Result is { } result ? LabelStudio.Read(result) : new GivenAnswer();
        return new()
        {
            Topic = Topic ?? read.Topic,
            Label = Label ?? read.Label,
            Instruction = Instruction ?? read.Instruction,
            Response = Response ?? read.Response,
            Spans = Spans ?? read.Spans,
            Preferred = Preferred ?? read.Preferred,
            Text = Text ?? read.Text,
        };
    }
}
