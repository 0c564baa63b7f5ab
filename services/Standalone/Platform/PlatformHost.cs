using System.Security.Cryptography;
using Aigc.Annotation;
using Aigc.Application;
using Aigc.DataSupply;
using Aigc.Distribution;
using Aigc.Gateway;
using Aigc.Gateway.Keys;
using Aigc.Inference;
using Aigc.ModelTraining;
using Aigc.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;

namespace Aigc.Standalone.Platform;

/// <summary>
/// Every module in one process. The services listen on a loopback port that only the gateway knows the token of; the gateway is
/// the door, exactly as on a cluster.
/// </summary>
internal sealed class PlatformHost : IAsyncDisposable
{
    private readonly WebApplication _services;
    private readonly WebApplication _gateway;

    private PlatformHost(WebApplication services, WebApplication gateway, Uri address, FirstKey? key)
    {
        _services = services;
        _gateway = gateway;
        Address = address;
        Key = key;
    }

    /// <summary>Where the gateway serves.</summary>
    public Uri Address { get; }

    /// <summary>Where the services listen, for the door alone.</summary>
    internal Uri ServicesAddress => new(_services.Urls.First());

    /// <summary>Every route of every service, and those of the door.</summary>
    internal IEnumerable<RouteEndpoint> Routes => new[] { _services, _gateway }.SelectMany(app => app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>());

    /// <summary>The first key of this installation, where its file is still there.</summary>
    public FirstKey? Key { get; }

    /// <summary>Starts the services, then the door.</summary>
    public static async Task<PlatformHost> Start(PlatformSettings settings, CancellationToken ct)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var services = Services(settings, token);
        try
        {
            await services.StartAsync(ct);
            var gateway = Gateway(settings, token, services.Urls.First());
            await gateway.StartAsync(ct);
            return new PlatformHost(services, gateway, new Uri(gateway.Urls.First()), await gateway.EnsureFirstKey(ct));
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the process is asked to stop.</summary>
    public Task WaitForShutdown(CancellationToken ct) => _gateway.WaitForShutdownAsync(ct);

    /// <summary>The door first, so that nothing new comes in; then the services, which finish or hand back what they have.</summary>
    public async ValueTask DisposeAsync()
    {
        await _gateway.StopAsync();
        await _gateway.DisposeAsync();
        await _services.StopAsync();
        await _services.DisposeAsync();
    }

    private static WebApplication Services(PlatformSettings settings, string token)
    {
        var builder = Builder(settings, token, "http://127.0.0.1:0");
        // The lock on the data root says that nobody else is writing.
        builder.Configuration["Aigc:Leftovers:Age"] = "00:00:00";
        builder.AddServiceDefaults();
        builder.AddDataSupply();
        builder.AddAnnotation();
        builder.AddModelTraining();
        builder.AddInference();
        builder.AddOrchestration();
        builder.AddDistribution();
        builder.AddApplication();
        // The door has no bus of its own here: what services tell of is written into its log on this side.
        builder.AddAuditLog();
        builder.AddBus(bus =>
        {
            bus.AddGateway();
            bus.AddDataSupply();
            bus.AddAnnotation();
            bus.AddModelTraining();
            bus.AddInference();
            bus.AddOrchestration();
            bus.AddDistribution();
            bus.AddApplication();
        });
        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapDataSupply();
        app.MapAnnotation();
        app.MapModelTraining();
        app.MapInference();
        app.MapOrchestration();
        app.MapDistribution();
        app.MapApplication();
        return app;
    }

    private static WebApplication Gateway(PlatformSettings settings, string token, string upstream)
    {
        var builder = Builder(settings, token, settings.Url);
        builder.Configuration["Aigc:Gateway:Upstreams:default"] = upstream;
        builder.AddServiceDefaults();
        builder.AddGateway();
        var app = builder.Build();
        app.UseGateway();
        app.MapHealth();
        app.MapGateway();
        return app;
    }

    private static WebApplicationBuilder Builder(PlatformSettings settings, string token, string url)
    {
        // The content root is the program's folder: where a person stands when they start it must not change what is served.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration["Aigc:DataRoot"] = settings.DataRoot;
        builder.Configuration["Aigc:Gateway:InternalToken"] = token;
        foreach (var (index, root) in settings.FileRoots.Index())
        {
            builder.Configuration[$"Aigc:Files:Roots:{index}"] = root;
        }

        builder.WebHost.UseUrls(url);
        builder.Logging.AddFilter("MassTransit", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);
        if (!settings.Log)
        {
            builder.Logging.ClearProviders();
        }

        return builder;
    }
}
