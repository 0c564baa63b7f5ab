using Aigc.Application.OpenAI;
using Aigc.Application.Paging;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Files;

/// <summary><c>/v1/files</c>.</summary>
internal static class FileRoutes
{
    private const int LargestPage = 10_000;

    public static void MapFiles(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/files").WithTags("Files");
        group.MapPost("/", Create).WithName("CreateFile")
            .WithSummary("Takes a file as multipart/form-data: file, purpose, expires_after[anchor], expires_after[seconds].")
            .DescribesForm("file", "purpose", "expires_after[anchor]", "expires_after[seconds]").Produces<FileView>()
            // The limit is the file's, and it is counted while the bytes come.
            .WithMetadata(new DisableRequestSizeLimitAttribute());
        group.MapGet("/", async (HttpContext context, FileArchive files, string? purpose, string? order, int? limit, string? after, CancellationToken ct) =>
            Json(ListView<FileView>.Of(
                await files.List(context.Tenant(), purpose, PageAsked.Of(limit, after, order, LargestPage, LargestPage), ct), FileView.Of, file => file.Id)))
            .WithName("ListFiles").Produces<ListView<FileView>>();
        group.MapGet("/{id}", async (HttpContext context, FileArchive files, string id, CancellationToken ct) =>
            await files.Find(context.Tenant(), id, ct) is { } file ? Json(FileView.Of(file)) : ApiErrors.NotFound("file", id)).WithName("RetrieveFile").Produces<FileView>();
        group.MapGet("/{id}/content", async (HttpContext context, FileArchive files, string id, CancellationToken ct) =>
            await files.Find(context.Tenant(), id, ct) is { } file
                ? Results.Stream(await files.Open(file, ct), "application/octet-stream", file.FileName)
                : ApiErrors.NotFound("file", id)).WithName("DownloadFile").WithSummary("The bytes of a file.");
        group.MapDelete("/{id}", async (HttpContext context, FileArchive files, string id, CancellationToken ct) =>
            await files.Find(context.Tenant(), id, ct) is { } file && await files.Delete(file, ct)
                ? Json(new FileDeleted(id, "file", true))
                : ApiErrors.NotFound("file", id)).WithName("DeleteFile").Produces<FileDeleted>();
    }

    private static async Task<IResult> Create(HttpContext context, FileIntake intake, IOptions<FileStoreOptions> options, CancellationToken ct)
    {
        var form = await FormFile.Open(context.Request, "file", ct);
        // Purposes the form has not ruled out yet.
        IReadOnlyList<FilePurpose> candidates = form.Fields.TryGetValue("purpose", out var named) ? [FilePurpose.Of(named)] : FilePurpose.Uploaded;
        var incoming = new IncomingFile(context.Tenant(), intake.NewId(), form.FileName, form.Bytes, options.Value.MaxFileBytes, candidates);
        return Json(FileView.Of(await intake.Take(incoming, Terms, ct)));

        async Task<FileTerms> Terms(CancellationToken token)
        {
            await form.Finish(token);
            return new FileTerms(FilePurpose.Of(form.Fields.GetValueOrDefault("purpose")), FileLife.Read(form.Fields));
        }
    }

    private static IResult Json<T>(T value) => Results.Json(value, OpenAIJson.Options);
}
