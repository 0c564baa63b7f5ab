using System.Globalization;
using Aigc.Gateway.Access;
using Aigc.Gateway.Routing;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Aigc.Gateway.Edge;

/// <summary>How much a request may carry, and how often a key may come.</summary>
internal sealed class RequestLimits(RequestDelegate next, RequestRates rates, IOptions<GatewayOptions> options)
{
    public static bool IsApi(PathString path) =>
        path.StartsWithSegments("/v1", StringComparison.Ordinal) || path.StartsWithSegments("/api", StringComparison.Ordinal);

    public async Task Invoke(HttpContext context)
    {
        var limit = RouteTable.Of(context.Request.Path).Uploads ? options.Value.MaxUploadBytes : options.Value.MaxBodyBytes;
        if (context.Request.ContentLength > limit)
        {
            await ApiErrors.Write(context, StatusCodes.Status413PayloadTooLarge, "body_too_large", $"The request body is larger than the {limit} bytes this route takes.");
            return;
        }

        // A body without a length is counted while it is read.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        if (context.Features.Get<Caller>() is { } caller && IsApi(context.Request.Path) && !Take(context, caller))
        {
            await ApiErrors.Write(context, StatusCodes.Status429TooManyRequests, "rate_limit_exceeded", $"This key may make {options.Value.RequestsPerMinute} requests a minute; wait and try again.");
            return;
        }

        await next(context);
    }

    private bool Take(HttpContext context, Caller caller)
    {
        var rate = rates.Take(caller.Key.Id);
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers["x-ratelimit-limit-requests"] = rate.Limit.ToString(CultureInfo.InvariantCulture);
            headers["x-ratelimit-remaining-requests"] = rate.Remaining.ToString(CultureInfo.InvariantCulture);
            headers["x-ratelimit-reset-requests"] = $"{Math.Ceiling(rate.Reset.TotalSeconds).ToString(CultureInfo.InvariantCulture)}s";
            return Task.CompletedTask;
        });
        if (!rate.Allowed)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(rate.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return rate.Allowed;
    }
}
