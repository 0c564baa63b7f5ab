using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Contracts;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Studio.Platform;

/// <summary>
/// The platform's own HTTP interface as Studio's pages use it, in the name of the person in front of it: what a page shows, a program gets by the same path.
/// </summary>
internal sealed class PlatformApi(IHttpClientFactory clients, ServiceAddresses addresses, StudioSession session, IOptions<GatewayTrustOptions> trust)
{
    /// <summary>Name of the client that calls services.</summary>
    public const string Client = "aigc-services";

    // As the gateway's table has it: what a service's routes take.
    private static readonly Dictionary<string, string> Scopes = new(StringComparer.Ordinal)
    {
        ["data-supply"] = "data",
        ["annotation"] = "annotate",
        ["model-training"] = "train",
        ["distribution"] = "publish",
        ["orchestration"] = "look",
        ["inference"] = "look",
        ["application"] = "look",
    };

    /// <summary>Reads something.</summary>
    /// <param name="service">Who answers; the services' names in the gateway's table.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="ct">The page is gone.</param>
    /// <exception cref="ProblemException">What the service answered, or that it is away.</exception>
    public Task<T> Get<T>(string service, string path, CancellationToken ct) => Send<T>(HttpMethod.Get, service, path, null, ct);

    /// <summary>Does something.</summary>
    /// <inheritdoc cref="Get{T}(string, string, CancellationToken)"/>
    public Task<T> Post<T>(string service, string path, object? body, CancellationToken ct) => Send<T>(HttpMethod.Post, service, path, body, ct);

    /// <summary>Does something whose answer says nothing that is shown.</summary>
    public Task Post(string service, string path, object? body, CancellationToken ct) => Send<JsonElement?>(HttpMethod.Post, service, path, body, ct);

    /// <summary>Removes something.</summary>
    public Task Delete(string service, string path, CancellationToken ct) => Send<JsonElement?>(HttpMethod.Delete, service, path, null, ct);

    /// <summary>How a service says it is: <c>Healthy</c>, <c>Degraded</c> or <c>Unhealthy</c>.</summary>
    public async Task<string> Health(string service, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(addresses.Of(service), "/health/ready"));
        try
        {
            using var response = await clients.CreateClient(Client).SendAsync(request, ct);
            return await response.Content.ReadAsStringAsync(ct);
        }
        catch (HttpRequestException away)
        {
            throw Away(service, away);
        }
    }

    private async Task<T> Send<T>(HttpMethod method, string service, string path, object? body, CancellationToken ct)
    {
        session.Require(Scopes[service]);
        using var request = new HttpRequestMessage(method, new Uri(addresses.Of(service), path));
        request.Headers.Add(TenantContext.InternalTokenHeader, trust.Value.InternalToken);
        request.Headers.Add(TenantContext.TenantHeader, session.Tenant);
        request.Headers.Add(CallerContext.ScopesHeader, string.Join(' ', session.Caller.Scopes));
        if (session.Caller.Key is { } key)
        {
            request.Headers.Add(CallerContext.KeyHeader, key);
        }

        if (session.Caller.User is { } user)
        {
            request.Headers.Add(CallerContext.UserHeader, user);
        }

        if (body is not null)
        {
            request.Content = JsonContent.Create(body, options: JsonSerializerOptions.Web);
        }

        try
        {
            using var response = await clients.CreateClient(Client).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (!response.IsSuccessStatusCode)
            {
                throw new ProblemException(await ProblemOf(response, service, ct));
            }

            // Nothing to read is fine where nothing was asked for.
            return response.StatusCode == HttpStatusCode.NoContent || response.Content.Headers.ContentLength == 0 ? default! : (await response.Content.ReadFromJsonAsync<T>(JsonSerializerOptions.Web, ct))!;
        }
        catch (HttpRequestException away)
        {
            throw Away(service, away);
        }
    }

    private static ProblemException Away(string service, HttpRequestException away) =>
        new(new Problem { Code = "service_unavailable", Message = $"The {service} service does not answer ({away.HttpRequestError}); try again in a moment.", Transient = true }, away);

    private static async Task<Problem> ProblemOf(HttpResponseMessage response, string service, CancellationToken ct)
    {
        try
        {
            var error = (await response.Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("error");
            return new Problem { Code = error.GetProperty("code").GetString() ?? "error", Message = error.GetProperty("message").GetString()!, Param = error.GetProperty("param").GetString() };
        }
        catch (Exception odd) when (odd is JsonException or KeyNotFoundException or InvalidOperationException or NotSupportedException)
        {
            return new Problem { Code = "service_unavailable", Message = $"The {service} service answered {(int)response.StatusCode}.", Transient = true };
        }
    }
}
