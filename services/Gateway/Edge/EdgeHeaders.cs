using Aigc.Gateway.Access;
using Aigc.Gateway.Routing;

namespace Aigc.Gateway.Edge;

/// <summary>What every answer carries: a request id, and what a browser may do with it.</summary>
internal sealed class EdgeHeaders(RequestDelegate next)
{
    public const string RequestId = "x-request-id";

    // Studio is server-side Blazor: scripts and sockets of this origin; its component library sets styles on elements.
    private const string Policy = "script-src 'self'; " + Rest;

    // The page of the API documents is a tool of others and starts by a script in the page itself.
    private const string DocumentsPolicy = "script-src 'self' 'unsafe-inline'; " + Rest;

    private const string Rest =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        + "connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'";

    public Task Invoke(HttpContext context)
    {
        var id = $"req_{Guid.NewGuid():N}";
        context.TraceIdentifier = id;
        context.Request.Headers[RequestId] = id;
        context.Response.OnStarting(() =>
        {
            Decorate(context, id);
            return Task.CompletedTask;
        });
        return next(context);
    }

    private static void Decorate(HttpContext context, string id)
    {
        var headers = context.Response.Headers;
        headers[RequestId] = id;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.XFrameOptions = "DENY";
        // A page that knows its own scripts better (a nonce, a hash) has said so already. Blazor alone says who may frame it, which is not enough.
        if (!headers.ContentSecurityPolicy.ToString().Contains("default-src", StringComparison.Ordinal))
        {
            headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs", StringComparison.Ordinal) ? DocumentsPolicy : Policy;
        }

        if (context.Request.IsHttps)
        {
            // Services behind the door are spoken to without TLS and do not know better.
            headers.SetCookie = Array.ConvertAll(headers.SetCookie.ToArray(), cookie => IsSecure(cookie!) ? cookie : $"{cookie}; secure");
        }

        if (HoldsSecrets(context.Request.Path))
        {
            headers.CacheControl = "no-store";
        }
    }

    private static bool IsSecure(string cookie) =>
        cookie.Split(';').Skip(1).Any(attribute => attribute.Trim().Equals("secure", StringComparison.OrdinalIgnoreCase));

    // Forms with their tokens, one-time links, keys that were made just now.
    private static bool HoldsSecrets(PathString path) =>
        path.StartsWithSegments(SignIn.Path, StringComparison.Ordinal) || path == Joining.Path || RouteTable.Of(path).Service == RouteTable.Gateway;
}
