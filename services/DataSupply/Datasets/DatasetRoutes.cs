using Aigc.DataSupply.Builds;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.DataSupply.Datasets;

/// <summary>What people and programs read of dataset versions. A tenant sees its own; another's is not there.</summary>
internal static class DatasetRoutes
{
    private const int MaxPage = 200;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var datasets = routes.MapGroup("/api/datasets");
        datasets.MapGet("/", List);
        datasets.MapGet("/{digest}", Show);
        datasets.MapGet("/{digest}/documents", Documents);
        datasets.MapGet("/{digest}/rejected", Rejected);
        datasets.MapGet("/{digest}/duplicates", Duplicates);
        datasets.MapGet("/{digest}/rules", Rules);
        datasets.MapGet("/{digest}/rules/{rule}/preview", Preview);
    }

    private static async Task<IResult> List(HttpContext http, IDocumentStore<DatasetVersion> versions, int? limit, int? skip, CancellationToken ct)
    {
        var page = await versions.Query(
            new DocumentQuery<DatasetVersion>().Where(version => version.Tenant, http.Tenant()).OrderBy(version => version.CreatedAt, descending: true)
                .Skip(Math.Max(0, skip ?? 0)).Take(Math.Clamp(limit ?? 50, 1, MaxPage)),
            ct);
        return Results.Ok(new { data = page.Select(Summary) });
    }

    private static async Task<IResult> Show(string digest, HttpContext http, IDocumentStore<DatasetVersion> versions, ArtifactFolders folders, CancellationToken ct)
    {
        if (await Find(digest, http, versions, ct) is not { } version)
        {
            return ApiErrors.NotFound("dataset", digest);
        }

        await using var file = await folders.OpenFile(version.Dataset.Folder, "README.md", ct);
        using var reader = new StreamReader(file);
        return Results.Ok(new { dataset = Summary(version), counts = version.Counts, card = await reader.ReadToEndAsync(ct) });
    }

    private static async Task<IResult> Documents(
        string digest, HttpContext http, IDocumentStore<DatasetVersion> versions, DatasetRows rows, string? split, string? q, int? limit, int? after, CancellationToken ct)
    {
        if (await Find(digest, http, versions, ct) is not { } version)
        {
            return ApiErrors.NotFound("dataset", digest);
        }

        if ((split ?? "train") is not ("train" or "validation" or "test") and var unknown)
        {
            return ApiErrors.Result(400, "unknown_split", $"There is no split \"{unknown}\"; use train, validation or test.", "split");
        }

        var (page, next) = await rows.Page<DatasetRow>(version, $"data/{split ?? "train"}-", Holds(q), Math.Max(0, after ?? 0), Limit(limit), ct);
        return Results.Ok(new { data = page, after = next });
    }

    private static async Task<IResult> Rejected(
        string digest, HttpContext http, IDocumentStore<DatasetVersion> versions, DatasetRows rows, string? rule, int? limit, int? after, CancellationToken ct)
    {
        if (await Find(digest, http, versions, ct) is not { } version)
        {
            return ApiErrors.NotFound("dataset", digest);
        }

        var (page, next) = await rows.Page<RejectedRow>(version, "rejected/rejected", row => rule is null || row.Rule == rule, Math.Max(0, after ?? 0), Limit(limit), ct);
        return Results.Ok(new { data = page, after = next });
    }

    private static async Task<IResult> Duplicates(
        string digest, HttpContext http, IDocumentStore<DatasetVersion> versions, DatasetRows rows, int? limit, int? after, CancellationToken ct)
    {
        if (await Find(digest, http, versions, ct) is not { } version)
        {
            return ApiErrors.NotFound("dataset", digest);
        }

        var (page, next) = await rows.Page<DuplicateRow>(version, "rejected/duplicates", _ => true, Math.Max(0, after ?? 0), Limit(limit), ct);
        return Results.Ok(new { data = page, after = next });
    }

    private static async Task<IResult> Rules(string digest, HttpContext http, IDocumentStore<DatasetVersion> versions, CancellationToken ct) =>
        await Find(digest, http, versions, ct) is { } version ? Results.Ok(new { data = RulePreview.Rules(version) }) : ApiErrors.NotFound("dataset", digest);

    private static async Task<IResult> Preview(
        string digest, string rule, HttpContext http, IDocumentStore<DatasetVersion> versions, DatasetRows rows, double? threshold, CancellationToken ct)
    {
        if (await Find(digest, http, versions, ct) is not { } version)
        {
            return ApiErrors.NotFound("dataset", digest);
        }

        if (RulePreview.Rules(version).FirstOrDefault(known => known.Id == rule) is not { } view)
        {
            return ApiErrors.NotFound("rule", rule);
        }

        return threshold is { } moved && double.IsFinite(moved)
            ? Results.Ok(await RulePreview.Of(version, view, moved, rows, ct))
            : ApiErrors.Result(400, "threshold_invalid", "threshold is a number.", "threshold");
    }

    private static int Limit(int? limit) => Math.Clamp(limit ?? 20, 1, MaxPage);

    private static Func<DatasetRow, bool> Holds(string? words) => string.IsNullOrWhiteSpace(words)
        ? _ => true
        : row => row.Text.Contains(words, StringComparison.OrdinalIgnoreCase) || row.Title?.Contains(words, StringComparison.OrdinalIgnoreCase) == true;

    private static async Task<DatasetVersion?> Find(string digest, HttpContext http, IDocumentStore<DatasetVersion> versions, CancellationToken ct)
    {
        if (!Digest.IsValid(digest))
        {
            return null;
        }

        var found = await versions.Query(
            new DocumentQuery<DatasetVersion>().Where(version => version.Digest, digest).Where(version => version.Tenant, http.Tenant()).Take(1), ct);
        return found.Count > 0 ? found[0] : null;
    }

    private static object Summary(DatasetVersion version) => new
    {
        digest = version.Digest,
        name = version.Name,
        trainRows = version.Dataset.TrainRows,
        validationRows = version.Dataset.ValidationRows,
        testRows = version.Dataset.TestRows,
        textBytes = version.Dataset.TextBytes,
        createdAt = version.CreatedAt,
    };
}
