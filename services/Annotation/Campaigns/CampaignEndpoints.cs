using System.Text.Json.Nodes;
using Aigc.Annotation.Agreement;
using Aigc.Annotation.Export;
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
        var group = app.MapGroup("/api/annotation/campaigns");
        group.MapGet("", List);
        group.MapGet("{id}", Get);
        group.MapGet("{id}/tasks", ListTasks);
        group.MapGet("{id}/agreement", Agreement);
        group.MapGet("{id}/export", Export);
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
        List<IReadOnlyDictionary<string, string>> labelers = [], everybody = [];
        await foreach (var task in CampaignTasks.Walk(tasks, campaign.Id, ct))
        {
            labelers.Add(CampaignTasks.Topics(task, people: false));
            everybody.Add(CampaignTasks.Topics(task, people: true));
        }

        return Results.Ok(new { tasks = labelers.Count, labelers = AgreementReport.Of(labelers), everybody = AgreementReport.Of(everybody) });
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
        LabelConfig = LabelStudio.Config(saga.Request.Annotation.Task),
        Error = saga.Problem,
        saga.CreatedAt,
        saga.ChangedAt,
    };
}
