using Aigc.Gateway.Access;
using Aigc.Gateway.Edge;
using Aigc.Gateway.Keys;
using Aigc.Gateway.Routing;
using Aigc.ServiceDefaults;
using Aigc.Storage;
using Aigc.Storage.Documents;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;

namespace Aigc.Gateway;

/// <summary>
/// The only door. <see cref="UseGateway"/> is the door itself: who comes in, how much they may carry, and whom they are taken for.
/// <see cref="MapGateway"/> adds the way to the services behind it; a process that holds the services itself maps
/// <see cref="MapSignIn"/> alone and lets the request go on.
/// </summary>
public static class GatewayModule
{
    private const int MaxHeaderBytes = 32 * 1024;

    /// <summary>Adds keys, sessions, limits and routes.</summary>
    public static IHostApplicationBuilder AddGateway(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<GatewayOptions>()
            .Bind(builder.Configuration.GetSection("Aigc:Gateway"))
            .Validate(o => o.MaxBodyBytes > 0 && o.RequestsPerMinute > 0, "Aigc:Gateway:MaxBodyBytes and RequestsPerMinute must be positive.")
            .Validate(o => o.FirstKey is null || KeySecret.IsWellFormed(o.FirstKey), "Aigc:Gateway:FirstKey must look like sk-aigc- and 43 base64url characters.")
            .ValidateOnStart();
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Limits.MaxRequestHeaderCount = 64;
        });
        services.AddDocuments<ApiKey>("gateway.keys", key => key.Tenant);
        services.AddSingleton(provider => new ApiKeys(
            provider.GetRequiredService<IDocumentStore<ApiKey>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptions<GatewayOptions>>()));
        services.AddDocuments<ProtectionKey>("gateway.protection");
        services.AddSingleton<ProtectionKeys>();
        services.AddDataProtection().SetApplicationName("aigc");
        services.AddOptions<KeyManagementOptions>().Configure<ProtectionKeys>((options, keys) => options.XmlRepository = keys);
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "aigc-form";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.HttpOnly = true;
        });
        services.AddSingleton<Sessions>();
        services.AddSingleton<Callers>();
        services.AddSingleton<RequestRates>();
        services.AddSingleton<HostNames>();
        services.AddSingleton<IProxyConfigProvider>(provider => ProxyRoutes.Create(provider.GetRequiredService<IOptions<GatewayOptions>>().Value));
        services.AddReverseProxy();
        return builder;
    }

    /// <summary>The door: every request passes it before anything else looks at it.</summary>
    public static WebApplication UseGateway(this WebApplication app)
    {
        app.UseMiddleware<EdgeHeaders>();
        app.UseErrorAnswers();
        app.UseMiddleware<Door>();
        app.UseMiddleware<RequestLimits>();
        return app;
    }

    /// <summary>Sign-in, sign-out, and the way to every service.</summary>
    public static void MapGateway(this IEndpointRouteBuilder app)
    {
        app.MapSignIn();
        app.MapReverseProxy(proxy => proxy.UseUpstreamErrors());
    }

    /// <summary>The page on which a person turns a key into a session, and the way out.</summary>
    public static void MapSignIn(this IEndpointRouteBuilder app) => SignIn.Map(app);

    /// <summary>Makes the first key of a new installation; see <see cref="ApiKeys.EnsureFirst"/>.</summary>
    public static Task<FirstKey?> EnsureFirstKey(this IHost app, CancellationToken ct = default)
    {
        var storage = app.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
        return app.Services.GetRequiredService<ApiKeys>().EnsureFirst(storage.DataRoot, ct);
    }
}
