using Aigc.Contracts;
using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Documents;

namespace Aigc.ModelTraining.Runs;

/// <summary><c>/api/training/runs</c>: the runs of the caller's tenant, newest first, and one with its loss curve.</summary>
internal static class RunRoutes
{
    const int LargestPage = 100;

    public static void Map(IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/training/runs");
        group.MapGet("/", List);
        group.MapGet("/{id:guid}", Show);
    }

    static async Task<IResult> List(HttpContext http, IDocumentStore<TrainingRun> runs, CancellationToken ct, int limit = 20, int skip = 0)
    {
        var tenant = http.Tenant();
        var query = new DocumentQuery<TrainingRun>().Where(run => run.Tenant, tenant).OrderBy(run => run.CreatedAt, descending: true)
            .Skip(Math.Max(0, skip)).Take(Math.Clamp(limit, 1, LargestPage));
        var page = await runs.Query(query, ct);
        return Results.Ok(new { Data = page.Select(run => RunView.Of(run, withCurve: false)) });
    }

    static async Task<IResult> Show(HttpContext http, IDocumentStore<TrainingRun> runs, Guid id, CancellationToken ct)
    {
        // Somebody else's run is no run.
        var run = await runs.Find(id.ToString(), ct);
        return run is not null && run.Tenant == http.Tenant() ? Results.Ok(RunView.Of(run, withCurve: true)) : ApiErrors.NotFound("training run", id.ToString());
    }
}

/// <summary>A run as the API shows it.</summary>
internal sealed record RunView(
    Guid Id,
    string Name,
    string State,
    DateTimeOffset CreatedAt,
    DateTimeOffset ChangedAt,
    TrainingSpec Training,
    string DatasetDigest,
    string? LabelsDigest,
    ModelRef? Model,
    EvaluationReport? Evaluation,
    bool Reused,
    int Crashes,
    Problem? Error,
    StepUsage Usage)
{
    public static RunView Of(TrainingRun run, bool withCurve) => new(
        run.CorrelationId,
        run.Request.Name,
        run.CurrentState.ToLowerInvariant(),
        run.CreatedAt,
        run.ChangedAt,
        run.Request.Training,
        run.Request.Dataset.Folder.Digest,
        run.Request.Labels?.Folder.Digest,
        run.Model,
        withCurve || run.Evaluation is null ? run.Evaluation : run.Evaluation with { Loss = [] },
        run.Reused,
        run.Crashes,
        run.Problem,
        run.Usage);
}
