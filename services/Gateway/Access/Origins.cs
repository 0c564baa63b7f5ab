namespace Aigc.Gateway.Access;

/// <summary>
/// A cookie is sent by the browser, not by the page; so whatever changes something, and every socket, must come from a page of this
/// very site. SameSite=Strict says the same for other sites, but not for another port or a sibling host name of this one.
/// </summary>
internal static class Origins
{
    /// <summary>HTTP/2 opens sockets by CONNECT; HTTP/1.1 by a GET that asks to be upgraded.</summary>
    public static bool IsSocket(HttpContext context) =>
        HttpMethods.IsConnect(context.Request.Method) || string.Equals(context.Request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase);

    public static bool IsOwn(HttpContext context)
    {
        var request = context.Request;
        var safe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        if (safe && !IsSocket(context))
        {
            return true;
        }

        if (request.Headers.Origin.ToString() is { Length: > 0 } origin)
        {
            return Uri.TryCreate(origin, UriKind.Absolute, out var from)
                && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
        }

        return string.Equals(request.Headers["Sec-Fetch-Site"], "same-origin", StringComparison.OrdinalIgnoreCase);
    }
}
