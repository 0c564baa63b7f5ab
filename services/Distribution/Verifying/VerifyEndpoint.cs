using Aigc.Distribution.Marking;
using Aigc.Provenance.Labels;
using Aigc.Provenance.Reading;
using Aigc.ServiceDefaults.Http;

namespace Aigc.Distribution.Verifying;

/// <summary>Tells of any text (Markdown, HTML, Atom, JSON) which marks it carries and whether it is as it was when it was marked.</summary>
internal static class VerifyEndpoint
{
    private const int LongestText = 4 << 20;

    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/api/verify", Verify);

    private static async Task<IResult> Verify(HttpContext http, Marker marker, CancellationToken ct)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, ct)) > 0)
        {
            if (bytes.Length + read > LongestText)
                return ApiErrors.Result(StatusCodes.Status413PayloadTooLarge, "too_large", $"At most {LongestText} bytes can be verified.");
            bytes.Write(buffer, 0, read);
        }

        if (bytes.Length == 0)
            return ApiErrors.Result(400, "empty", "Send the text to verify as the body.");
        var report = MarkReader.Read(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), marker.Key);
        return Results.Ok(new
        {
            report.Format,
            Marks = report.Found,
            report.Missing,
            Intact = report.Integrity switch { Integrity.Intact => true, Integrity.Broken => false, _ => (bool?)null },
            Integrity = report.Integrity,
            report.Visible,
            // As JSON of its own: the standard's spelling of the fields is not camel case.
            Label = report.Label is null ? null : (object)report.Label.Fields.ToDictionary(field => field.Key, field => field.Value),
            report.ContentId,
            report.Issues,
        });
    }
}
