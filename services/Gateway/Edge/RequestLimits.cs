using System.Globalization;
using Aigc.Gateway.Access;
using Aigc.Gateway.Routing;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Aigc.Gateway.Edge;

/// <summary>How much a request may carry, and how often a key, a person and a tenant may come.</summary>
internal sealed class RequestLimits(RequestDelegate next, RequestRates rates, IOptions<GatewayOptions> options)
{
    private const string Unpacked = "identity";

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

        // What is limited is what is read: nothing here unpacks a body, and a service must not be made to.
        if (context.Request.Headers.ContentEncoding is { Count: > 0 } packed && !StringValues.Equals(packed, Unpacked))
        {
            context.Response.Headers.AcceptEncoding = Unpacked;
            await ApiErrors.Write(context, StatusCodes.Status415UnsupportedMediaType, "unsupported_content_encoding", "Bodies are taken as they are: send it without a Content-Encoding.", "Content-Encoding");
            return;
        }

        // A body without a length is counted while it is read.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        if (context.Features.Get<Caller>() is { } caller && IsApi(context.Request.Path))
        {
            var (rate, whose) = await Take(caller, context.RequestAborted);
            Tell(context, rate);
            if (!rate.Allowed)
            {
                context.Response.Headers.RetryAfter = Seconds(rate.Reset);
                await ApiErrors.Write(context, StatusCodes.Status429TooManyRequests, "rate_limit_exceeded", $"{whose} may make {rate.Limit} requests a minute; wait and try again.");
                return;
            }
        }

        await next(context);
    }

    /// <summary>The tightest of the limits that apply; the first that refuses, and then none of the others has counted the request.</summary>
    private async ValueTask<(Rate Rate, string Whose)> Take(Caller caller, CancellationToken ct)
    {
        Rate? tightest = null;
        var taken = new List<string>(3);
        foreach (var (who, limit, whose) in LimitsOf(caller))
        {
            var rate = await rates.Take(who, limit, ct);
            if (!rate.Allowed)
            {
                taken.ForEach(rates.PutBack);
                return (rate, whose);
            }

            taken.Add(who);
            tightest = tightest is { } other && other.Remaining <= rate.Remaining ? tightest : rate;
        }

        return (tightest!.Value, "");
    }

    private IEnumerable<(string Who, int Limit, string Whose)> LimitsOf(Caller caller)
    {
        if (caller.Key is not null)
        {
            yield return ($"key:{caller.Key}", caller.KeyRequests ?? options.Value.RequestsPerMinute, "This key");
        }

        if (caller.User is not null)
        {
            yield return ($"user:{caller.User}", options.Value.UserRequestsPerMinute, "This user");
        }

        yield return ($"tenant:{caller.Tenant}", caller.TenantRequests ?? options.Value.TenantRequestsPerMinute, "This tenant");
    }

    private static void Tell(HttpContext context, Rate rate) => context.Response.OnStarting(() =>
    {
        var headers = context.Response.Headers;
        headers["x-ratelimit-limit-requests"] = rate.Limit.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-remaining-requests"] = rate.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-reset-requests"] = $"{Seconds(rate.Reset)}s";
        return Task.CompletedTask;
    });

    private static string Seconds(TimeSpan span) => Math.Max(1, Math.Ceiling(span.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
