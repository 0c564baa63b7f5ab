using System.IO.Compression;
using System.Text.Json;
using Aigc.Annotation.Adjudication;
using Aigc.Annotation.Datasets;
using Aigc.Annotation.Kinds;
using Aigc.Annotation.Tasks;
using Aigc.Contracts.Annotation;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Gateway;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Artifacts;
using MassTransit;

namespace Aigc.Annotation.Campaigns;

/// <summary>
/// Starts a campaign by itself, without a chain, over documents that come with the request: they are packed as a dataset version first, so that what was labelled can
/// be told from the labels for ever.
/// </summary>
internal static class StartEndpoint
{
    private const int MostDocuments = 20_000;
    private const int LongestName = 100, LongestId = 200, LongestTitle = 500;

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost("/api/annotation/campaigns", Start).WithTags("Annotation").WithSummary("Starts a campaign over documents, or over a dataset version, that are to be labelled.");

    private static async Task<IResult> Start(
        StartRequest request, HttpContext http, CampaignKey keys, ArtifactFolders folders, AigcPaths paths, ICommands commands, IBus bus, TimeProvider time, CancellationToken ct)
    {
        var caller = http.Caller();
        if (!caller.May(AdjudicationEndpoints.Scope))
            return ApiErrors.Result(403, "scope_missing", $"To start a campaign takes scope '{AdjudicationEndpoints.Scope}', which operators and owners have.");
        if (string.IsNullOrWhiteSpace(request.Name) || request.Name.Length > LongestName || request.Name.Any(char.IsControl))
            return ApiErrors.Result(400, "name_invalid", $"name is a text of at most {LongestName} characters.", "name");
        if (request.Annotation is not { Labelers: not null } spec)
            return ApiErrors.Result(400, "annotation_invalid", "annotation says what is labelled and how: at least its task.", "annotation");
        keys.Check(spec);
        var rows = Rows(request.Documents, spec);
        var id = Guid.NewGuid();
        await commands.Send(
            new RunLabelingCampaign
            {
                CampaignId = id,
                Job = new() { RootId = id, Tenant = caller.Tenant, Key = caller.Key, User = caller.User },
                Name = request.Name.Trim(),
                Dataset = await Pack(request.Name.Trim(), rows, folders, paths, ct),
                Annotation = spec with { Sample = rows.Count },
            },
            ct);
        await bus.Publish(
            new AdministrativeAct { ActId = id, Tenant = caller.Tenant, Act = "campaign.started", Target = id.ToString(), At = time.GetUtcNow(), User = caller.User, Key = caller.Key },
            ct);
        return Results.Accepted($"/api/annotation/campaigns/{id}", new { id, documents = rows.Count });
    }

    // Everything is checked before anything is stored: a campaign whose hundredth document is bad does not begin.
    private static List<DatasetRow> Rows(IReadOnlyList<StartDocument>? documents, AnnotationSpec spec)
    {
        if (documents is not { Count: > 0 and <= MostDocuments })
            throw Invalid("documents", $"documents is a list of 1 to {MostDocuments} documents.");
        var kind = TaskKinds.Of(spec.Task);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var rows = new List<DatasetRow>(documents.Count);
        for (var i = 0; i < documents.Count; i++)
        {
            var document = documents[i];
            if (string.IsNullOrWhiteSpace(document?.Text) || Longest(document) > DatasetSample.LongestText)
                throw Invalid($"documents[{i}].text", $"A document has a text, and its texts have at most {DatasetSample.LongestText} characters.");
            var id = document.Id ?? $"document-{i + 1:00000}";
            if (id.Length is 0 or > LongestId || id.Any(char.IsControl) || !ids.Add(id))
                throw Invalid($"documents[{i}].id", $"'{id}' is no id of its own; ids have at most {LongestId} characters and differ.");
            if (document.Title?.Length > LongestTitle)
                throw Invalid($"documents[{i}].title", $"A title has at most {LongestTitle} characters.");
            var row = new DatasetRow(id, document.Text, document.Title, null, document.A, document.B, document.Predictions);
            var data = new TaskData(id, document.Title ?? "", document.Text, document.A, document.B);
            kind.Check(data);
            if (document.Predictions is { } predictions)
                PreLabels.Read(predictions, kind, data, spec);
            rows.Add(row);
        }

        return rows;
    }

    private static int Longest(StartDocument document) => Math.Max(document.Text!.Length, Math.Max(document.A?.Length ?? 0, document.B?.Length ?? 0));

    private static async Task<DatasetVersionRef> Pack(string name, List<DatasetRow> rows, ArtifactFolders folders, AigcPaths paths, CancellationToken ct)
    {
        var scratch = paths.NewScratch();
        try
        {
            var data = Directory.CreateDirectory(Path.Combine(scratch, "data"));
            await using (var file = new GZipStream(File.Create(Path.Combine(data.FullName, "train-00000-of-00001.jsonl.gz")), CompressionLevel.Optimal))
            {
                foreach (var row in rows)
                {
                    await file.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(row, JsonSerializerOptions.Web), ct);
                    await file.WriteAsync("\n"u8.ToArray(), ct);
                }
            }

            await File.WriteAllTextAsync(Path.Combine(scratch, "README.md"), $"# Documents to label\n\n{rows.Count} documents that came with the order to label them.\n", ct);
            return new()
            {
                Name = name,
                Folder = await folders.Pack(scratch, ct),
                TrainRows = rows.Count,
                ValidationRows = 0,
                TextBytes = rows.Sum(row => (long)System.Text.Encoding.UTF8.GetByteCount(row.Text!)),
            };
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static ProblemException Invalid(string param, string message) => new("documents_invalid", message, param);

    private sealed record StartRequest(string? Name, AnnotationSpec? Annotation, IReadOnlyList<StartDocument>? Documents);

    private sealed record StartDocument(string? Id, string? Title, string? Text, string? A, string? B, JsonElement? Predictions);
}
