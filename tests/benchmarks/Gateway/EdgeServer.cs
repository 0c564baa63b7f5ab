using Aigc.Gateway;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace Aigc.Benchmarks.Gateway;

/// <summary>A process with one server in it: the trivial service itself, YARP with nothing but a route before it, or the whole gateway before it.</summary>
internal static class EdgeServer
{
    /// <summary>First word of the child's command line; then what it is, the service's address, and a folder.</summary>
    public const string Word = "edge-server";

    /// <summary>What is asked for: a route of the application, by a caller with a key.</summary>
    public const string Path = "/v1/models";

    // More than two cores carry, and little enough that blocks of it are taken from the shared document again and again.
    private const string RequestsPerMinute = "2000000";

    private static readonly byte[] Answer =
        """{"object":"list","data":[{"id":"bench","object":"model","created":1760000000,"owned_by":"aigc"}],"has_more":false}"""u8.ToArray();

    /// <summary>Serves until its input ends. Its first line is its address, and the key where it asks for one.</summary>
    public static async Task Serve(string kind, string service, string folder)
    {
        var (app, key) = kind switch
        {
            "kestrel" => (Service(), ""),
            "yarp" => (Yarp(service), ""),
            "gateway" => await Whole(service, folder),
            _ => throw new InvalidOperationException($"No server is called \"{kind}\"."),
        };
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Console.WriteLine($"ready {address} {key}");
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
    }

    private static WebApplication Service()
    {
        var app = Bare().Build();
        app.Run(context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = Answer.Length;
            return context.Response.Body.WriteAsync(Answer).AsTask();
        });
        return app;
    }

    private static WebApplication Yarp(string service)
    {
        var builder = Bare();
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "service", Match = new RouteMatch { Path = "/{**rest}" } }],
            [new ClusterConfig { ClusterId = "service", Destinations = new Dictionary<string, DestinationConfig> { ["only"] = new() { Address = service } } }]);
        var app = builder.Build();
        app.MapReverseProxy();
        return app;
    }

    /// <summary>As services/Gateway/Program.cs puts it together, with its logging; limits that the load does not reach.</summary>
    private static async Task<(WebApplication, string)> Whole(string service, string folder)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = folder,
            ["Aigc:Gateway:InternalToken"] = new('t', 32),
            ["Aigc:Gateway:Upstreams:default"] = service,
            ["Aigc:Gateway:RequestsPerMinute"] = RequestsPerMinute,
            ["Aigc:Gateway:UserRequestsPerMinute"] = RequestsPerMinute,
            ["Aigc:Gateway:TenantRequestsPerMinute"] = RequestsPerMinute,
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.AddServiceDefaults();
        builder.AddGateway();
        builder.AddBus(bus => bus.AddGateway());
        builder.Services.PostConfigure<MassTransitHostOptions>(options => options.WaitUntilStarted = false);
        var app = builder.Build();
        app.UseGateway();
        app.MapHealth();
        app.MapGateway();
        return (app, (await app.EnsureFirstKey())!.Secret);
    }

    private static WebApplicationBuilder Bare()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["urls"] = "http://127.0.0.1:0" });
        builder.Logging.ClearProviders();
        return builder;
    }
}
