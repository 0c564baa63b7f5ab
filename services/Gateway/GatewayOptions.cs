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

    /// <summary>Requests a key may make to the APIs in a minute, at all gateway processes together, where the key says nothing else. Default: 1200.</summary>
    public int RequestsPerMinute { get; set; } = 1200;

    /// <summary>The same for a person, over all their keys and sessions. Default: 1200.</summary>
    public int UserRequestsPerMinute { get; set; } = 1200;

    /// <summary>The same for a tenant, over all its callers, where the tenant says nothing else. Default: 6000.</summary>
    public int TenantRequestsPerMinute { get; set; } = 6000;

    /// <summary>Sign-ins that are tried from one network address in a minute, at each gateway process. Default: 30.</summary>
    public int SignInsPerMinute { get; set; } = 30;

    /// <summary>Largest answer that is kept to be given again to a repeat with the same <c>Idempotency-Key</c>. Default: 4 MiB.</summary>
    public int MaxKeptAnswerBytes { get; set; } = 4 << 20;

    /// <summary>Requests under way at once in one gateway process; more are answered with 503. Default: 2000.</summary>
    public int MaxConcurrent { get; set; } = 2000;

    /// <summary>The same for one tenant; more are answered with 429. Default: 1000.</summary>
    public int MaxConcurrentPerTenant { get; set; } = 1000;

    /// <summary>Slowest a client may take what is there for it, in bytes a second. Default: 4096: who does not read at all is cut off within half a minute.</summary>
    public double SlowestBytesPerSecond { get; set; } = 4096;

    /// <summary>How long a client is left alone before that is looked at, of an answer as of a body it sends. Default: five seconds.</summary>
    public TimeSpan SlowClientGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Origins whose pages may call the APIs with a key, for example <c>https://app.example</c>. Default: none.</summary>
    public IReadOnlyList<string> CorsOrigins { get; set; } = [];

    /// <summary>Networks (<c>10.0.0.0/8</c>) whose proxies are believed about where a request came from. Default: none.</summary>
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    /// <summary>Sign-in with accounts of another house.</summary>
    public Access.OidcOptions Oidc { get; set; } = new();

    /// <summary>How long a person stays signed in. Default: twelve hours.</summary>
    public TimeSpan Session { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Longest silence of a service in the middle of an answer. Default: ten minutes; streams may wait for a slot.</summary>
    public TimeSpan UpstreamSilence { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The first key, where an operator brings it along as a secret; otherwise one is made.</summary>
    public string? FirstKey { get; set; }
}
