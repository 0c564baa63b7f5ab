using Aigc.Gateway.Edge;
using Aigc.Gateway.Routing;
using Aigc.Gateway.Tenants;
using Aigc.ServiceDefaults.Http;
using Microsoft.Extensions.Options;

namespace Aigc.Gateway.Access;

/// <summary>
/// Lets a request in or not, and says to the services whom it is from. Deny by default: what is open is named in
/// <see cref="IsOpen"/>, everything else needs a key.
/// </summary>
internal sealed class Door(RequestDelegate next, Callers callers, HostNames hosts, TimeProvider time, IOptions<GatewayOptions> options)
{
    private const string OwnHeaders = "x-aigc-";

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(3);

    public async Task Invoke(HttpContext context)
    {
        var request = context.Request;
        if (!hosts.Allow(request))
        {
            await ApiErrors.Write(context, StatusCodes.Status421MisdirectedRequest, "unknown_host", "The gateway does not answer to this host name; Aigc:Gateway:Hosts lists those it does.");
            return;
        }

        Strip(request);
        if (IsOpen(request.Path))
        {
            await next(context);
            return;
        }

        var shown = callers.Shown(request);
        if (await callers.Identify(shown, context.RequestAborted) is not { } caller)
        {
            await Refuse(context);
            return;
        }

        if (caller.BySession && !Origins.IsOwn(context))
        {
            await ApiErrors.Write(context, StatusCodes.Status403Forbidden, "cross_origin", "A signed-in browser may only be used from this site's own pages.");
            return;
        }

        var route = RouteTable.Of(request.Path);
        if (!caller.May(route.Scope))
        {
            await ApiErrors.Write(context, StatusCodes.Status403Forbidden, "scope_missing", $"This caller does not have the scope '{route.Scope}'.");
            return;
        }

        if (route.InstallationOnly && caller.Tenant != Tenant.Installation)
        {
            await ApiErrors.Write(context, StatusCodes.Status403Forbidden, "installation_only", $"{route.Prefix} is for the installation's own tenant.");
            return;
        }

        context.Features.Set(caller);
        Sessions.Remove(request);
        request.Headers.Remove("Authorization");
        Introduce(request.Headers, caller);
        await (Origins.IsSocket(context) || IsEventStream(request) ? Guarded(context, shown) : next(context));
    }

    /// <summary>What stays open for hours closes when whoever opened it is no longer let in.</summary>
    private async Task Guarded(HttpContext context, Credential shown)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var watching = Watch(context, shown, over.Token);
        try
        {
            await next(context);
        }
        finally
        {
            await over.CancelAsync();
            await watching;
        }
    }

    private async Task Watch(HttpContext context, Credential shown, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(LookAgain, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                if (await callers.Identify(shown, ct) is null)
                {
                    context.Abort();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It was closed.
        }
    }

    private void Introduce(IHeaderDictionary headers, Caller caller)
    {
        headers[TenantContext.InternalTokenHeader] = options.Value.InternalToken;
        headers[TenantContext.TenantHeader] = caller.Tenant;
        headers[CallerContext.ScopesHeader] = string.Join(' ', caller.Scopes);
        if (caller.Key is not null)
        {
            headers[CallerContext.KeyHeader] = caller.Key;
        }

        if (caller.User is not null)
        {
            headers[CallerContext.UserHeader] = caller.User;
        }
    }

    private static bool IsOpen(PathString path) =>
        path.StartsWithSegments("/health", StringComparison.Ordinal) || path.StartsWithSegments(SignIn.Path, StringComparison.Ordinal) || path == Joining.Path;

    private static bool IsEventStream(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase);

    // Nobody outside says who they are to a service: those headers are the gateway's own words.
    private static void Strip(HttpRequest request)
    {
        foreach (var name in request.Headers.Keys.Where(name => name.StartsWith(OwnHeaders, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            request.Headers.Remove(name);
        }
    }

    private static Task Refuse(HttpContext context)
    {
        var request = context.Request;
        if (IsNavigation(request))
        {
            context.Response.Redirect($"{SignIn.Path}?return={Uri.EscapeDataString(request.Path + request.QueryString)}");
            return Task.CompletedTask;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return ApiErrors.Write(context, StatusCodes.Status401Unauthorized, "invalid_api_key", "A valid API key is needed: Authorization: Bearer sk-aigc-….");
    }

    private static bool IsNavigation(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Headers.Authorization.Count == 0
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        && !RequestLimits.IsApi(request.Path);
}
