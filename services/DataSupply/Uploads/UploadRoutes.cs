using Aigc.ServiceDefaults.Http;

namespace Aigc.DataSupply.Uploads;

/// <summary><c>POST /api/uploads?fileName=…</c>: the body is the file. What comes back goes into a source of kind <c>upload</c>.</summary>
internal static class UploadRoutes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(
        "/api/uploads",
        async (HttpContext http, UploadDesk desk, string? fileName, CancellationToken ct) =>
        {
            var upload = await desk.Take(http.Tenant(), fileName, http.Request.Body, ct);
            return Results.Created((string?)null, new { kind = "upload", fileName = upload.FileName, upload = upload.Artifact });
        })
        // The gateway says how large an upload may be.
        .WithMetadata(new Microsoft.AspNetCore.Mvc.DisableRequestSizeLimitAttribute());
}
