using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;

namespace Aigc.Integration.Tests.Platform;

/// <summary>One method of one route, as the code maps it.</summary>
internal sealed partial record Route(string Method, string Pattern)
{
    public bool TakesIds => Pattern.Contains('{', StringComparison.Ordinal);

    /// <summary>The door's own line for whatever lies behind it.</summary>
    public bool IsWayOn => Pattern.EndsWith("{**rest}", StringComparison.Ordinal);

    public bool IsApi => Pattern.StartsWith("/api/", StringComparison.Ordinal) || Pattern.StartsWith("/v1/", StringComparison.Ordinal);

    public static IEnumerable<Route> Of(RouteEndpoint endpoint)
    {
        var pattern = "/" + endpoint.RoutePattern.RawText?.Trim('/');
        var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods;
        return (methods is { Count: > 0 } ? methods : ["GET", "POST"]).Select(method => new Route(method, pattern));
    }

    /// <summary>The address with this in the place of its parameters: several are separated by bars, the last stands for all that follow, a query goes behind.</summary>
    public string With(string id)
    {
        var (values, query) = id.Split('?') is [var path, var rest] ? (path.Split('|'), "?" + rest) : (id.Split('|'), "");
        var next = 0;
        return Parameters().Replace(Pattern, _ => Uri.EscapeDataString(values[Math.Min(next++, values.Length - 1)])) + query;
    }

    public HttpRequestMessage Request(string id, string body = "{}")
    {
        var request = new HttpRequestMessage(new HttpMethod(Method), With(id));
        if (Method is "POST" or "PUT" or "PATCH")
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        return request;
    }

    public override string ToString() => $"{Method} {Pattern}";

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameters();
}
