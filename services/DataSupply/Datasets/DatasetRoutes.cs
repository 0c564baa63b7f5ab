using System.Text.Json;
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
        string digest, HttpContext http, IDocumentStore<DatasetVersion> versions, ArtifactFolders folders, string? split, int? limit, int? after, CancellationToken ct)
    {
        if (await Find(digest, http, versions, ct) is not { } version)
        {
            return ApiErrors.NotFound("dataset", digest);
        }

        if ((split ?? "train") is not ("train" or "validation") and var unknown)
        {
            return ApiErrors.Result(400, "unknown_split", $"There is no split \"{unknown}\"; use train or validation.", "split");
        }

        var from = Math.Max(0, after ?? 0);
        var rows = await Rows(version, folders, "data/" + (split ?? "train") + "-", from, Math.Clamp(limit ?? 20, 1, MaxPage), ct);
        return Results.Ok(new { data = rows, after = from + rows.Count });
    }

    private static async Task<List<JsonElement>> Rows(DatasetVersion version, ArtifactFolders folders, string prefix, int skip, int take, CancellationToken ct)
    {
        var rows = new List<JsonElement>();
        var files = (await folders.List(version.Dataset.Folder, ct)).Where(file => file.Path.StartsWith(prefix, StringComparison.Ordinal));
        foreach (var file in files.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            await using var content = await folders.OpenFile(version.Dataset.Folder, file.Path, ct);
            foreach (var row in JsonLinesFile.Read<JsonElement>(content))
            {
                if (skip-- > 0)
                {
                    continue;
                }

                rows.Add(row);
                if (rows.Count == take)
                {
                    return rows;
                }
            }
        }

        return rows;
    }

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
        textBytes = version.Dataset.TextBytes,
        createdAt = version.CreatedAt,
    };
}
