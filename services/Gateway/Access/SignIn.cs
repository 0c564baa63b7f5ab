using Aigc.Gateway.Keys;
using Microsoft.AspNetCore.Antiforgery;

namespace Aigc.Gateway.Access;

/// <summary>Turns a key into a session, and ends it.</summary>
internal static class SignIn
{
    public const string Path = "/sign-in";

    private const int MaxFormBytes = 8 * 1024;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Path, (HttpContext context, IAntiforgery antiforgery) => Page(context, antiforgery, wrong: false));
        app.MapPost(Path, Enter).DisableAntiforgery();
        app.MapPost("/sign-out", (HttpContext context) =>
        {
            Sessions.Close(context);
            return Results.Redirect(Path);
        });
    }

    private static async Task<IResult> Enter(HttpContext context, IAntiforgery antiforgery, ApiKeys keys, Sessions sessions)
    {
        if (context.Request.ContentLength is null or > MaxFormBytes || !context.Request.HasFormContentType || !await antiforgery.IsRequestValidAsync(context))
        {
            return Page(context, antiforgery, wrong: true);
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (await keys.Find(form["key"].ToString().Trim(), context.RequestAborted) is not { } key)
        {
            return Page(context, antiforgery, wrong: true);
        }

        sessions.Open(context, key);
        return Results.Redirect(Local(form["return"]));
    }

    private static IResult Page(HttpContext context, IAntiforgery antiforgery, bool wrong)
    {
        var tokens = antiforgery.GetAndStoreTokens(context);
        var target = HttpMethods.IsGet(context.Request.Method)
            ? context.Request.Query["return"].ToString()
            : context.Request is { HasFormContentType: true, ContentLength: < MaxFormBytes } ? context.Request.Form["return"].ToString() : "/";
        var html = SignInPage.Render(tokens.FormFieldName, tokens.RequestToken!, Local(target), wrong);
        return Results.Content(html, "text/html; charset=utf-8", statusCode: wrong ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK);
    }

    // Only a path of this site; "//host" and "/\host" are other sites to a browser.
    private static string Local(string? target) =>
        target is ['/', ..] and not ['/', '/' or '\\', ..] && !target.Any(char.IsControl) ? target : "/";
}
