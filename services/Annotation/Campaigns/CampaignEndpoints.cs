using System.Text.Json.Nodes;
using Aigc.Annotation.Export;
using Aigc.Annotation.Kinds;
using Aigc.Annotation.Tasks;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;

namespace Aigc.Annotation.Campaigns;

/// <summary>Campaigns as a person or program sees them.</summary>
internal static class CampaignEndpoints
{
    private const int MostListed = 200;

    public static void Map(IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/annotation/campaigns").WithTags("Annotation");
        group.MapGet("", List).WithSummary("Campaigns, newest first.");
        group.MapGet("{id}", Get).WithSummary("A campaign: what is asked, of whom, and how far it is.");
        group.MapGet("{id}/tasks", ListTasks).WithSummary("The campaign's tasks in their order; all, or those of one status: open, agreed or resolved.");
        group.MapGet("{id}/agreement", Agreement).WithSummary("How far the labelers agree with one another, and people with the pre-labels.");
        group.MapGet("{id}/export", Export).WithSummary("Every task with its labels as a file, in Label Studio's form.");
    }

    /// <summary>A campaign of the caller's tenant; null for anybody else's.</summary>
    public static async Task<Campaign?> Find(string id, HttpContext http, IDocumentStore<Campaign> campaigns, CancellationToken ct) =>
        Guid.TryParse(id, out var guid) && await campaigns.Find(guid.ToString(), ct) is { } campaign && campaign.Tenant == http.Tenant() ? campaign : null;

    private static async Task<IResult> List(
        HttpContext http, IDocumentStore<LabelingCampaign> sagas, int? limit, int? skip, CancellationToken ct)
    {
        if (limit is < 1 or > MostListed || skip is < 0)
            return ApiErrors.Result(400, "limit_invalid", $"limit is between 1 and {MostListed}, skip at least 0.", "limit");
        var found = await sagas.Query(
            new DocumentQuery<LabelingCampaign>().Where(saga => saga.Tenant, http.Tenant()).OrderBy(saga => saga.CreatedAt, descending: true).Skip(skip ?? 0).Take(limit ?? 50),
            ct);
        return Results.Ok(new { data = found.Select(saga => View(saga, null)) });
    }

    private static async Task<IResult> Get(string id, HttpContext http, IDocumentStore<LabelingCampaign> sagas, IDocumentStore<Campaign> campaigns, CancellationToken ct) =>
        Guid.TryParse(id, out var guid) && await sagas.Find(guid.ToString(), ct) is { } saga && saga.Tenant == http.Tenant()
            ? Results.Ok(View(saga, await campaigns.Find(saga.Id, ct)))
            : ApiErrors.NotFound("campaign", id);

    private static async Task<IResult> ListTasks(
        string id, HttpContext http, IDocumentStore<Campaign> campaigns, IDocumentStore<AnnotationTask> tasks, string? status, int? limit, int? skip, CancellationToken ct)
    {
        if (await Find(id, http, campaigns, ct) is not { } campaign)
            return ApiErrors.NotFound("campaign", id);
        if (limit is < 1 or > MostListed || skip is < 0)
            return ApiErrors.Result(400, "limit_invalid", $"limit is between 1 and {MostListed}, skip at least 0.", "limit");
        if (status is not null && !TaskStatuses.IsKnown(status))
            return ApiErrors.Result(400, "status_unknown", $"'{status}' is no status of a task; there are open, agreed and resolved.", "status");
        var query = new DocumentQuery<AnnotationTask>().Where(task => task.Campaign, campaign.Id).OrderBy(task => task.Number).Skip(skip ?? 0).Take(limit ?? 50);
        if (status is not null)
            query.Where(task => task.Status, status);
        var found = await tasks.Query(query, ct);
        return Results.Ok(new { total = await tasks.Count(query, ct), data = found.Select(TaskEndpoints.View) });
    }

    private static async Task<IResult> Agreement(
        string id, HttpContext http, IDocumentStore<Campaign> campaigns, IDocumentStore<AnnotationTask> tasks, CancellationToken ct)
    {
        if (await Find(id, http, campaigns, ct) is not { } campaign)
            return ApiErrors.NotFound("campaign", id);
        var kind = TaskKinds.Of(campaign.Annotation.Task);
        List<IReadOnlyDictionary<string, TaskAnswer>> labelers = [], everybody = [], people = [];
        var uses = new SortedDictionary<string, (int Accepted, int Corrected)>(StringComparer.Ordinal);
        await foreach (var task in CampaignTasks.Walk(tasks, campaign.Id, ct))
        {
            labelers.Add(CampaignTasks.Answers(task, people: false));
            everybody.Add(CampaignTasks.Answers(task, people: true));
            people.Add(everybody[^1].Where(answer => !labelers[^1].ContainsKey(answer.Key)).ToDictionary(StringComparer.Ordinal));
            foreach (var use in task.Annotations.Select(annotation => annotation.PreLabel).OfType<PreLabelUse>())
            {
                var (accepted, corrected) = uses.GetValueOrDefault(use.Labeler);
                uses[use.Labeler] = use.Accepted ? (accepted + 1, corrected) : (accepted, corrected + 1);
            }
        }

        return Results.Ok(new
        {
            tasks = labelers.Count,
            labelers = kind.Agreement(labelers),
            people = kind.Agreement(people),
            everybody = kind.Agreement(everybody),
            preLabels = uses.Select(use => new { labeler = use.Key, accepted = use.Value.Accepted, corrected = use.Value.Corrected }),
            disputes = new
            {
                undecided = await Disputed(TaskDisputes.Undecided),
                outvoted = await Disputed(TaskDisputes.Outvoted),
                adjudicated = await Disputed(TaskDisputes.Adjudicated),
            },
        });

        Task<long> Disputed(string dispute) =>
            tasks.Count(new DocumentQuery<AnnotationTask>().Where(task => task.Campaign, campaign.Id).Where(task => task.Dispute, dispute), ct);
    }

    private static async Task<IResult> Export(
        string id, HttpContext http, IDocumentStore<Campaign> campaigns, IDocumentStore<AnnotationTask> tasks, CancellationToken ct)
    {
        if (await Find(id, http, campaigns, ct) is not { } campaign)
            return ApiErrors.NotFound("campaign", id);
        // Written as it is read: an export of any size needs the memory of one page.
        return Results.Stream(
            async output =>
            {
                await output.WriteAsync("["u8.ToArray(), ct);
                var first = true;
                await foreach (var task in CampaignTasks.Walk(tasks, campaign.Id, ct))
                {
                    if (!first)
                        await output.WriteAsync(",\n"u8.ToArray(), ct);
                    first = false;
                    await output.WriteAsync(System.Text.Encoding.UTF8.GetBytes(LabelStudio.Task(task).ToJsonString()), ct);
                }

                await output.WriteAsync("]"u8.ToArray(), ct);
            },
            "application/json",
            $"campaign-{campaign.Id}.json");
    }

    private static object View(LabelingCampaign saga, Campaign? campaign) => new
    {
        Id = saga.CorrelationId,
        Status = System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(saga.CurrentState),
        saga.Request.Name,
        Dataset = saga.Request.Dataset.Folder.Digest,
        saga.Request.Annotation,
        campaign?.Tasks,
        saga.Agreed,
        saga.Open,
        saga.Agreement,
        Labels = saga.Labels?.Folder.Digest,
        saga.Reused,
        LabelConfig = TaskKinds.Find(saga.Request.Annotation.Task) is { } kind ? kind.Config(saga.Request.Annotation) : null,
        Error = saga.Problem,
        saga.CreatedAt,
        saga.ChangedAt,
    };
}
