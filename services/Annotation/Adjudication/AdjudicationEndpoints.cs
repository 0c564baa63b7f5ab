using Aigc.Annotation.Campaigns;
using Aigc.Annotation.Kinds;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Gateway;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Annotation.Adjudication;

/// <summary>
/// Disagreements, and the word that settles them. It takes scope <c>data</c> beside <c>annotate</c>: what is decided here becomes a dataset, and an annotator is
/// no judge of the others.
/// </summary>
internal static class AdjudicationEndpoints
{
    /// <summary>The scope that decides, and starts campaigns.</summary>
    public const string Scope = "data";

    private const int MostListed = 200;
    private const int LongestNote = 2_000;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/annotation/campaigns/{id}/disagreements", List).WithTags("Annotation").WithSummary("Tasks that labelers disagree on, with what each of them said.");
        app.MapPost("/api/annotation/tasks/{id}/adjudicate", Adjudicate).WithTags("Annotation").WithSummary("Settles a disagreement; who settled it, and when, stands with the label.");
    }

    private static async Task<IResult> List(
        string id, HttpContext http, IDocumentStore<Campaign> campaigns, IDocumentStore<AnnotationTask> tasks, string? dispute, int? limit, int? skip, CancellationToken ct)
    {
        if (await CampaignEndpoints.Find(id, http, campaigns, ct) is not { } campaign)
            return ApiErrors.NotFound("campaign", id);
        if (limit is < 1 or > MostListed || skip is < 0)
            return ApiErrors.Result(400, "limit_invalid", $"limit is between 1 and {MostListed}, skip at least 0.", "limit");
        if (!TaskDisputes.IsKnown(dispute ??= TaskDisputes.Undecided))
            return ApiErrors.Result(400, "dispute_unknown", $"'{dispute}' is no disagreement; there are undecided, outvoted and adjudicated.", "dispute");
        var query = new DocumentQuery<AnnotationTask>().Where(task => task.Campaign, campaign.Id).Where(task => task.Dispute, dispute)
            .OrderBy(task => task.Number).Skip(skip ?? 0).Take(limit ?? 50);
        var found = await tasks.Query(query, ct);
        return Results.Ok(new { total = await tasks.Count(query, ct), data = found.Select(TaskEndpoints.View) });
    }

    private static async Task<IResult> Adjudicate(
        string id,
        AdjudicateRequest request,
        HttpContext http,
        IDocumentStore<Campaign> campaigns,
        IDocumentStore<AnnotationTask> tasks,
        TaskDesk desk,
        ICommands commands,
        IBus bus,
        CancellationToken ct)
    {
        if (await TaskEndpoints.Find(id, http, campaigns, tasks, ct) is not { } found)
            return ApiErrors.NotFound("task", id);
        var caller = http.Caller();
        if (!caller.May(Scope))
            return ApiErrors.Result(403, "scope_missing", $"To settle disagreements takes scope '{Scope}', which operators and owners have.");
        if (request.Note?.Length > LongestNote)
            return ApiErrors.Result(400, "note_invalid", $"note has at most {LongestNote} characters.", "note");
        if (found.Task.Dispute is null)
            return ApiErrors.Result(409, "nothing_disputed", "Nobody disagrees on this task; there is nothing to settle.");
        var answer = TaskKinds.Of(found.Task.Kind).Read(request.Given(), found.Task.Data, found.Campaign.Annotation);
        var done = await desk.Adjudicate(id, caller.Actor, answer, request.Note, ct);
        // Told after it is written, and told again by a repeat: the audit log knows an act by its id.
        if (done.Task?.Decision is { } decision)
            await bus.Publish(ActOf(caller, found.Campaign, done.Task, decision), ct);
        return await TaskEndpoints.Answer(id, done, found.Campaign, commands, ct);
    }

    private static AdministrativeAct ActOf(RequestCaller caller, Campaign campaign, AnnotationTask task, TaskDecision decision) => new()
    {
        ActId = decision.Id,
        Tenant = caller.Tenant,
        Act = "task.adjudicated",
        Target = task.Id,
        At = decision.At,
        User = caller.User,
        Key = caller.Key,
        Details = new Dictionary<string, string> { ["campaign"] = campaign.Id, ["kind"] = task.Kind },
    };

    private sealed record AdjudicateRequest : AnswerRequest
    {
        public string? Note { get; init; }
    }
}
