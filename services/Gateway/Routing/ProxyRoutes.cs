using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Aigc.Gateway.Routing;

/// <summary>The table as the proxy reads it.</summary>
internal static class ProxyRoutes
{
    public static InMemoryConfigProvider Create(GatewayOptions options) => new(
        [.. RouteTable.Onward.Select(Route)],
        [.. RouteTable.Services.Select(service => Cluster(service, options))]);

    private static RouteConfig Route(DoorRoute route) => new()
    {
        RouteId = route.Prefix,
        ClusterId = route.Service,
        Match = new RouteMatch { Path = route.Prefix == "/" ? "/{**rest}" : $"{route.Prefix}/{{**rest}}" },
        // The door has measured the body already, by its own table.
        MaxRequestBodySize = null,
        // Studio makes links out of the host it is called by.
        Transforms = [new Dictionary<string, string> { ["RequestHeaderOriginalHost"] = "true" }],
    };

    private static ClusterConfig Cluster(string service, GatewayOptions options) => new()
    {
        ClusterId = service,
        HttpRequest = new ForwarderRequestConfig { ActivityTimeout = options.UpstreamSilence, AllowResponseBuffering = false },
        Destinations = Address(service, options) is { } address
            ? new Dictionary<string, DestinationConfig> { ["only"] = new() { Address = address.ToString() } }
            : [],
    };

    // A service without an address is a service that is away: 503 by name, not a gateway that does not start.
    private static Uri? Address(string service, GatewayOptions options) =>
        options.Upstreams.TryGetValue(service, out var own) ? own : options.Upstreams.GetValueOrDefault("default");
}
