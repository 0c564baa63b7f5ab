using System.Collections.Concurrent;
using Aigc.Gateway.Access;
using Aigc.ServiceDefaults.Http;
using Microsoft.Extensions.Options;

namespace Aigc.Gateway.Edge;

/// <summary>Counts requests under way, in all and by tenant.</summary>
internal sealed class Crowd
{
    private readonly ConcurrentDictionary<string, int> _tenants = [];
    private int _all;

    public bool Enter(int most) => Interlocked.Increment(ref _all) <= most;

    public void Leave() => Interlocked.Decrement(ref _all);

    public bool Enter(string tenant, int most) => _tenants.AddOrUpdate(tenant, 1, (_, count) => count + 1) <= most;

    public void Leave(string tenant)
    {
        // The last one out takes the line away; a tenant that comes back begins anew.
        if (_tenants.AddOrUpdate(tenant, 0, (_, count) => count - 1) == 0)
        {
            _tenants.TryRemove(new KeyValuePair<string, int>(tenant, 0));
        }
    }
}

/// <summary>
/// Says at once that there are too many, instead of letting everybody wait for ever: 503 when the process has its fill, and, behind
/// the door, 429 when a tenant has. Health and Studio's sockets, which stay open for hours, are not counted.
/// </summary>
internal sealed class Crowding(RequestDelegate next, Crowd crowd, IOptions<GatewayOptions> options)
{
    private const string RetrySeconds = "1";

    public async Task Invoke(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) || Origins.IsSocket(context))
        {
            await next(context);
            return;
        }

        try
        {
            if (crowd.Enter(options.Value.MaxConcurrent))
            {
                await next(context);
                return;
            }

            await Refuse(context, StatusCodes.Status503ServiceUnavailable, "overloaded", "The gateway has as many requests under way as it takes; try again.");
        }
        finally
        {
            crowd.Leave();
        }
    }

    internal static Task Refuse(HttpContext context, int status, string code, string message)
    {
        context.Response.Headers.RetryAfter = RetrySeconds;
        return ApiErrors.Write(context, status, code, message);
    }
}

/// <summary>The same for one tenant, once it is known whose request it is.</summary>
internal sealed class TenantCrowding(RequestDelegate next, Crowd crowd, IOptions<GatewayOptions> options)
{
    public async Task Invoke(HttpContext context)
    {
        if (context.Features.Get<Caller>() is not { Tenant: var tenant } || Origins.IsSocket(context))
        {
            await next(context);
            return;
        }

        try
        {
            if (crowd.Enter(tenant, options.Value.MaxConcurrentPerTenant))
            {
                await next(context);
                return;
            }

            await Crowding.Refuse(context, StatusCodes.Status429TooManyRequests, "too_many_concurrent_requests", $"This tenant has {options.Value.MaxConcurrentPerTenant} requests under way; wait for some to end.");
        }
        finally
        {
            crowd.Leave(tenant);
        }
    }
}
