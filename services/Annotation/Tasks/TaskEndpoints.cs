using System.Text.Json;
using System.Text.Json.Serialization;
using Aigc.Annotation.Campaigns;
using Aigc.Annotation.Export;
using Aigc.Annotation.Labelers;
using Aigc.Contracts.Annotation;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;

namespace Aigc.Annotation.Tasks;

/// <summary>Labelling by people: next, submit, skip, release.</summary>
internal static class TaskEndpoints
{
    private const int LongestText = 20_000;
    private const int LongestName = 100;
    private const double ShortestLease = 10, UsualLease = 600, LongestLease = 8 * 3600;
    private const double LongestLeadTime = 7 * 24 * 3600;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/annotation/campaigns/{id}/tasks/next", Next);
        app.MapPost("/api/annotation/tasks/{id}/submit", Submit);
        app.MapPost("/api/annotation/tasks/{id}/skip", Skip);
        app.MapPost("/api/annotation/tasks/{id}/release", Release);
    }

    public static object View(AnnotationTask task) => new { task.Id, task.Status, task.Wanted, task.Answer, Task = LabelStudio.Task(task) };

    private static async Task<IResult> Next(
        string id, NextRequest request, HttpContext http, IDocumentStore<Campaign> campaigns, TaskDesk desk, CancellationToken ct)
    {
        if (await CampaignEndpoints.Find(id, http, campaigns, ct) is not { } campaign)
            return ApiErrors.NotFound("campaign", id);
        if (BadName(request.Annotator) is { } bad)
            return bad;
        var seconds = request.LeaseSeconds ?? UsualLease;
        if (!(seconds >= ShortestLease && seconds <= LongestLease))
            return ApiErrors.Result(400, "lease_invalid", $"leaseSeconds is between {ShortestLease} and {LongestLease}.", "leaseSeconds");
        return await desk.Next(campaign.Id, request.Annotator!, TimeSpan.FromSeconds(seconds), ct) is { } next
            ? Results.Ok(new { Lease = next.Lease.Id, next.Lease.Until, LabelConfig = LabelStudio.Config(campaign.Annotation.Task), Task = View(next.Task) })
            : Results.NoContent();
    }

    private static async Task<IResult> Submit(
        string id, SubmitRequest request, HttpContext http, IDocumentStore<Campaign> campaigns, IDocumentStore<AnnotationTask> tasks, TaskDesk desk, ICommands commands, CancellationToken ct)
    {
        if (await Find(id, http, campaigns, tasks, ct) is not { } found)
            return ApiErrors.NotFound("task", id);
        if (BadName(request.Annotator) is { } bad)
            return bad;
        if (request.LeadTime is not null and not (>= 0 and <= LongestLeadTime))
            return ApiErrors.Result(400, "lead_time_invalid", "lead_time is in seconds and not negative.", "lead_time");
        var (answer, error) = AnswerOf(request, found.Campaign.Annotation.Task == CampaignKey.Tasks.Instruction);
        return error ?? await Answer(id, await desk.Submit(id, request.Annotator!, request.Lease ?? "", answer!, request.LeadTime, ct), found.Campaign, commands, ct);
    }

    private static async Task<IResult> Skip(
        string id, LeaseRequest request, HttpContext http, IDocumentStore<Campaign> campaigns, IDocumentStore<AnnotationTask> tasks, TaskDesk desk, ICommands commands, CancellationToken ct) =>
        await Find(id, http, campaigns, tasks, ct) is { } found
            ? BadName(request.Annotator) ?? await Answer(id, await desk.Skip(id, request.Annotator!, request.Lease ?? "", ct), found.Campaign, commands, ct)
            : ApiErrors.NotFound("task", id);

    private static async Task<IResult> Release(
        string id, LeaseRequest request, HttpContext http, IDocumentStore<Campaign> campaigns, IDocumentStore<AnnotationTask> tasks, TaskDesk desk, ICommands commands, CancellationToken ct) =>
        await Find(id, http, campaigns, tasks, ct) is { } found
            ? BadName(request.Annotator) ?? await Answer(id, await desk.Release(id, request.Annotator!, request.Lease ?? "", ct), found.Campaign, commands, ct)
            : ApiErrors.NotFound("task", id);

    private static async Task<(Campaign Campaign, AnnotationTask Task)?> Find(
        string id, HttpContext http, IDocumentStore<Campaign> campaigns, IDocumentStore<AnnotationTask> tasks, CancellationToken ct) =>
        await tasks.Find(id, ct) is { } task && await CampaignEndpoints.Find(task.Campaign, http, campaigns, ct) is { } campaign ? (campaign, task) : null;

    private static async Task<IResult> Answer(string id, (TaskOutcome Outcome, AnnotationTask? Task) done, Campaign campaign, ICommands commands, CancellationToken ct)
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

    private static (TaskAnswer? Answer, IResult? Error) AnswerOf(SubmitRequest request, bool needsPair)
    {
        var read = request.Result is { } result ? LabelStudio.Read(result) : default;
        var (topic, instruction, response) = (request.Topic ?? read.Topic, request.Instruction ?? read.Instruction, request.Response ?? read.Response);
        if (topic is null || !Taxonomy.Default.Names.Contains(topic))
            return (null, ApiErrors.Result(400, "topic_unknown", $"topic must be one of {string.Join(", ", Taxonomy.Default.Names)}.", "topic"));
        if (!needsPair)
            return (new(topic, null, null), null);
        foreach (var (name, text) in new[] { ("instruction", instruction), ("response", response) })
        {
            if (string.IsNullOrWhiteSpace(text) || text.Length > LongestText)
                return (null, ApiErrors.Result(400, $"{name}_invalid", $"{name} is a text of at most {LongestText} characters.", name));
        }

        return (new(topic, instruction!.Trim(), response!.Trim()), null);
    }

    private static IResult? BadName(string? annotator) =>
        string.IsNullOrWhiteSpace(annotator) || annotator.Length > LongestName || annotator.Any(char.IsControl)
            ? ApiErrors.Result(400, "annotator_invalid", $"annotator is a name of at most {LongestName} characters.", "annotator")
            : null;

    private sealed record NextRequest(string? Annotator, double? LeaseSeconds);

    private sealed record LeaseRequest(string? Annotator, string? Lease);

    /// <summary>Plain fields, or Label Studio's result array; plain fields go first.</summary>
    private sealed record SubmitRequest(
        string? Annotator,
        string? Lease,
        string? Topic,
        string? Instruction,
        string? Response,
        JsonElement? Result,
        [property: JsonPropertyName("lead_time")] double? LeadTime);
}
