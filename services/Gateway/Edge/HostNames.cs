using Microsoft.Extensions.Options;

namespace Aigc.Gateway.Edge;

/// <summary>Names the gateway answers to. A page elsewhere that points its own name at this machine gets nothing (DNS rebinding).</summary>
internal sealed class HostNames(IOptions<GatewayOptions> options)
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];

    private readonly HashSet<string> _names = new(options.Value.Hosts is { Count: > 0 } named ? named : Loopback, StringComparer.OrdinalIgnoreCase);

    /// <summary>Health is asked for by address, by whoever runs the machine.</summary>
    public bool Allow(HttpRequest request) =>
        _names.Contains("*") || _names.Contains(request.Host.Host) || request.Path.StartsWithSegments("/health", StringComparison.Ordinal);
}
