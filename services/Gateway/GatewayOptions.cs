namespace Aigc.Gateway;

/// <summary>The door. Section <c>Aigc:Gateway</c>, together with <c>InternalToken</c>, which every service shares.</summary>
public sealed class GatewayOptions
{
    /// <summary>Shared between the gateway and the services; sent to them with every request, never taken from outside.</summary>
    public string InternalToken { get; set; } = "";

    /// <summary>Host names the gateway answers to, without port; <c>*</c> for any. Default: the loopback names.</summary>
    public IReadOnlyList<string>? Hosts { get; set; }

    /// <summary>Addresses of the services by name (<c>data-supply</c>, …); <c>default</c> is used for those not named.</summary>
    public Dictionary<string, Uri> Upstreams { get; set; } = [];

    /// <summary>Largest request body in bytes where the route says nothing else. Default: 4 MiB.</summary>
    public long MaxBodyBytes { get; set; } = 4L << 20;

    /// <summary>Largest body of a route that takes uploads. Default: 1 GiB.</summary>
    public long MaxUploadBytes { get; set; } = 1L << 30;

    /// <summary>Requests a key may make to the APIs in a minute. Default: 1200.</summary>
    public int RequestsPerMinute { get; set; } = 1200;

    /// <summary>How long a person stays signed in. Default: twelve hours.</summary>
    public TimeSpan Session { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Longest silence of a service in the middle of an answer. Default: ten minutes; streams may wait for a slot.</summary>
    public TimeSpan UpstreamSilence { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The first key, where an operator brings it along as a secret; otherwise one is made.</summary>
    public string? FirstKey { get; set; }
}
