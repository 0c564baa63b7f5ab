using Aigc.ServiceDefaults.Http;

namespace Aigc.Gateway.Edge;

/// <summary>
/// Refuses a request that gives its length in two ways (RFC 9112, 6.1). The server goes by the pieces; a proxy in front of it that goes by the number would see
/// another request begin elsewhere, so nothing more is read from the connection.
/// </summary>
internal sealed class Framing(RequestDelegate next)
{
    // Where the server has put the number when there were pieces too.
    private const string SetAside = "X-Content-Length";

    public Task Invoke(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.TransferEncoding.Count == 0 || (headers.ContentLength is null && !headers.ContainsKey(SetAside)))
        {
            return next(context);
        }

        context.Response.Headers.Connection = "close";
        return ApiErrors.Write(context, StatusCodes.Status400BadRequest, "two_lengths", "A request has a Content-Length or a Transfer-Encoding, not both.");
    }
}
