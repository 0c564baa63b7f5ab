using System.Text.Json;
using Aigc.Application.OpenAI;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Aigc.Application.Files.Uploads;

/// <summary><c>/v1/uploads</c>.</summary>
internal static class UploadRoutes
{
    public static void MapUploads(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/v1/uploads").WithTags("Uploads");
        group.MapPost("/", async (HttpContext context, UploadDesk desk, JsonElement body, CancellationToken ct) =>
            Json(View(await desk.Create(context.Tenant(), new RequestBody(body), ct), null))).WithName("CreateUpload").Produces<UploadView>();
        group.MapGet("/{id}", async (HttpContext context, UploadDesk desk, string id, CancellationToken ct) =>
            await desk.Find(context.Tenant(), id, ct) is { } upload ? Json(View(upload, null, await desk.Parts(upload, ct))) : ApiErrors.NotFound("upload", id))
            .WithName("RetrieveUpload").WithSummary("An upload and the parts that came: where to go on after an interruption. Beyond OpenAI's API.").Produces<UploadWithParts>();
        group.MapPost("/{id}/parts", AddPart).WithName("AddUploadPart").WithSummary("Takes a part as multipart/form-data: data.")
            .DescribesForm("data").Produces<PartView>().WithMetadata(new DisableRequestSizeLimitAttribute());
        group.MapPost("/{id}/complete", async (HttpContext context, UploadDesk desk, string id, JsonElement body, CancellationToken ct) =>
        {
            if (await desk.Find(context.Tenant(), id, ct) is not { } upload)
            {
                return ApiErrors.NotFound("upload", id);
            }

            var (completed, file) = await desk.Complete(upload, new RequestBody(body), ct);
            return Json(View(completed, FileView.Of(file), status: UploadStatus.Completed));
        }).WithName("CompleteUpload").Produces<UploadView>();
        group.MapPost("/{id}/cancel", async (HttpContext context, UploadDesk desk, string id, CancellationToken ct) =>
            await desk.Find(context.Tenant(), id, ct) is { } upload ? Json(View(await desk.Cancel(upload, ct), null)) : ApiErrors.NotFound("upload", id))
            .WithName("CancelUpload").Produces<UploadView>();
    }

    private static async Task<IResult> AddPart(HttpContext context, UploadDesk desk, string id, CancellationToken ct)
    {
        if (await desk.Find(context.Tenant(), id, ct) is not { } upload)
        {
            return ApiErrors.NotFound("upload", id);
        }

        var form = await FormFile.Open(context.Request, "data", ct);
        return Json(Part(await desk.Add(upload, form.Bytes, ct)));
    }

    private static UploadView View(FileUpload upload, FileView? file, UploadStatus? status = null) => new(
        upload.Id, "upload", upload.Bytes, upload.CreatedAt.ToUnixTimeSeconds(), upload.FileName, upload.Purpose,
        (status ?? upload.Status).ToString().ToLowerInvariant(), upload.ExpiresAt.ToUnixTimeSeconds(), file);

    private static UploadWithParts View(FileUpload upload, FileView? file, IReadOnlyList<UploadPart> parts) => new(
        upload.Id, "upload", upload.Bytes, upload.CreatedAt.ToUnixTimeSeconds(), upload.FileName, upload.Purpose,
        upload.Status.ToString().ToLowerInvariant(), upload.ExpiresAt.ToUnixTimeSeconds(), file, [.. parts.Select(Part)]);

    private static PartView Part(UploadPart part) => new(part.Id, "upload.part", part.CreatedAt.ToUnixTimeSeconds(), part.UploadId, part.Artifact.Size);

    private static IResult Json<T>(T value) => Results.Json(value, OpenAIJson.Options);
}
