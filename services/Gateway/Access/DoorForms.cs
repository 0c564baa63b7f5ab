using Microsoft.AspNetCore.Antiforgery;

namespace Aigc.Gateway.Access;

/// <summary>Forms of the door: small, and only those that were shown here.</summary>
internal static class DoorForms
{
    private const int MaxBytes = 8 * 1024;

    /// <summary>The form of a request; null when it is too large, is none, or was not shown to this browser.</summary>
    public static async Task<IFormCollection?> Read(HttpContext context, IAntiforgery antiforgery) =>
        context.Request is { HasFormContentType: true, ContentLength: <= MaxBytes } && await antiforgery.IsRequestValidAsync(context)
            ? await context.Request.ReadFormAsync(context.RequestAborted)
            : null;

    public static FormState State(HttpContext context, IAntiforgery antiforgery, string? target)
    {
        var tokens = antiforgery.GetAndStoreTokens(context);
        return new FormState(tokens.FormFieldName, tokens.RequestToken!, Local(target));
    }

    public static IResult Html(string page, int status = StatusCodes.Status200OK) => Results.Content(page, "text/html; charset=utf-8", statusCode: status);

    /// <summary>Only a path of this site; "//host" and "/\host" are other sites to a browser.</summary>
    public static string Local(string? target) =>
        target is ['/', ..] and not ['/', '/' or '\\', ..] && !target.Any(char.IsControl) ? target : "/";
}
