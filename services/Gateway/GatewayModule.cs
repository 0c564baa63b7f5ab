using Aigc.Gateway.Access;
using Aigc.Gateway.Admin;
using Aigc.Gateway.Audit;
using Aigc.Gateway.Edge;
using Aigc.Gateway.Keys;
using Aigc.Gateway.Repeats;
using Aigc.Gateway.Routing;
using Aigc.Gateway.Tenants;
using Aigc.Gateway.Users;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage;
using Aigc.Storage.Documents;
using MassTransit;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;

namespace Aigc.Gateway;

/// <summary>
/// The only door. <see cref="UseGateway"/> is the door itself: who comes in, how much they may carry, and whom they are taken for.
/// <see cref="MapGateway"/> adds what the door answers itself and the way to the services behind it.
/// </summary>
public static class GatewayModule
{
    /// <summary>Adds tenants, people, keys, sessions, limits and routes.</summary>
    public static IHostApplicationBuilder AddGateway(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddGatewayOptions(builder.Configuration);
        builder.AddAuditLog();
        services.AddDocuments<ApiKey>("gateway.keys", key => key.Tenant, key => key.Hash, key => key.OldHash);
        services.AddDocuments<Tenant>("gateway.tenants");
        services.AddDocuments<User>("gateway.users", user => user.Tenant, user => user.Invitation);
        services.AddDocuments<ProtectionKey>("gateway.protection");
        services.AddExpiring<Attempt>("gateway.attempts", attempt => attempt.ExpiresAt);
        services.AddExpiring<RateWindow>("gateway.rates", window => window.ExpiresAt);
        services.AddExpiring<KeptAnswer>("gateway.answers", answer => answer.ExpiresAt);
        services.AddSingleton(provider => new ApiKeys(
            provider.GetRequiredService<IDocumentStore<ApiKey>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptions<GatewayOptions>>()));
        services.AddSingleton<KeyRing>().AddSingleton<TenantBook>().AddSingleton<UserBook>().AddSingleton<Passwords>().AddSingleton<Attempts>();
        services.AddSingleton<ProtectionKeys>().AddSingleton<Sessions>().AddSingleton<Callers>().AddSingleton<Entrances>().AddSingleton<SignInRates>();
        services.AddSingleton<RequestRates>().AddSingleton<AnswerBook>().AddSingleton<Crowd>().AddSingleton<HostNames>();
        services.AddDataProtection().SetApplicationName("aigc");
        services.AddOptions<KeyManagementOptions>().Configure<ProtectionKeys>((options, keys) => options.XmlRepository = keys);
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "aigc-form";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.HttpOnly = true;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        OidcSignIn.Add(services, builder.Configuration.GetSection("Aigc:Gateway:Oidc").Get<OidcOptions>() ?? new OidcOptions());
        // One-time links carry their secret in the address; nothing that names addresses may reach the log (attack 5).
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        // A header that cannot be read is told of with all that stands in it: a key, if it was the one.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Warning);
        // Several entries a request, of the way it took, tell nothing that the trace does not.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Routing", LogLevel.Warning).AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.Warning);
        services.AddOpenApi("gateway");
        services.AddSingleton<IProxyConfigProvider>(provider => ProxyRoutes.Create(provider.GetRequiredService<IOptions<GatewayOptions>>().Value));
        services.AddReverseProxy();
        return builder;
    }

    /// <summary>Adds the audit log alone, for a process that hears of other services' acts beside the door.</summary>
    public static IHostApplicationBuilder AddAuditLog(this IHostApplicationBuilder builder)
    {
        builder.Services.AddDocuments<AuditEntry>("gateway.audit", entry => entry.Tenant, entry => entry.Act, entry => entry.Target);
        builder.Services.TryAddSingleton<AuditLog>();
        return builder;
    }

    /// <summary>Adds its consumer to the bus: acts of other services go into the audit log.</summary>
    public static void AddGateway(this IBusRegistrationConfigurator bus) => bus.AddQueueConsumer<AdministrativeActConsumer>(AdministrativeActConsumer.Queue);

    /// <summary>The door: every request passes it before anything else looks at it.</summary>
    public static WebApplication UseGateway(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        app.UseTrustedProxies(options);
        app.UseMiddleware<EdgeHeaders>();
        app.UseErrorAnswers();
        app.UseMiddleware<Framing>();
        app.UseOtherOrigins(options);
        app.UseMiddleware<Crowding>();
        app.UseMiddleware<Door>();
        app.UseMiddleware<TenantCrowding>();
        app.UseMiddleware<RequestLimits>();
        app.UseMiddleware<RepeatedRequests>();
        if (options.Oidc.IsOn)
        {
            app.UseAuthentication();
        }

        return app;
    }

    /// <summary>Sign-in, administration, and the way to every service.</summary>
    public static void MapGateway(this IEndpointRouteBuilder app)
    {
        SignIn.Map(app);
        OidcSignIn.Map(app, app.ServiceProvider.GetRequiredService<IOptions<GatewayOptions>>().Value.Oidc);
        AdminApi.Map(app);
        app.MapOpenApi("/openapi/{documentName:regex(^gateway$)}.json");
        app.MapReverseProxy(proxy => proxy.UseUpstreamErrors());
    }

    /// <summary>Makes the first tenant and the first key of a new installation; see <see cref="ApiKeys.EnsureFirst"/>.</summary>
    public static async Task<FirstKey?> EnsureFirstKey(this IHost app, CancellationToken ct = default)
    {
        var storage = app.Services.GetRequiredService<IOptions<StorageOptions>>().Value;
        await app.Services.GetRequiredService<TenantBook>().EnsureInstallation(ct);
        return await app.Services.GetRequiredService<ApiKeys>().EnsureFirst(storage.DataRoot, ct);
    }
}
