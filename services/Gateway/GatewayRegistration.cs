using System.Linq.Expressions;
using Aigc.Gateway.Edge;
using Aigc.Gateway.Keys;
using Aigc.Gateway.Users;
using Aigc.Storage;
using Aigc.Storage.Documents;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Aigc.Gateway;

/// <summary>Parts of the module's wiring that would hide its shape.</summary>
internal static class GatewayRegistration
{
    private const int MaxHeaderBytes = 32 * 1024;
    private const int MaxHeaders = 64;

    // Bytes a second, Kestrel's own: on a bad line a long upload is slow, and holds nothing but itself.
    private const double SlowestUpload = 240;

    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(15);

    private static readonly string[] ToldToOtherOrigins =
        [EdgeHeaders.RequestId, "Retry-After", "Location", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"];

    public static void AddGatewayOptions(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GatewayOptions>()
            .Bind(configuration.GetSection("Aigc:Gateway"))
            .Validate(o => o.MaxBodyBytes > 0 && o.MaxUploadBytes > 0 && o.MaxKeptAnswerBytes is > 0 and <= 8 << 20, "Aigc:Gateway: MaxBodyBytes and MaxUploadBytes must be positive, MaxKeptAnswerBytes between 1 and 8 MiB.")
            .Validate(o => o.RequestsPerMinute > 0 && o.UserRequestsPerMinute > 0 && o.TenantRequestsPerMinute > 0 && o.SignInsPerMinute > 0, "Aigc:Gateway: RequestsPerMinute, UserRequestsPerMinute, TenantRequestsPerMinute and SignInsPerMinute must be positive.")
            .Validate(o => o.MaxConcurrent > 0 && o.MaxConcurrentPerTenant > 0, "Aigc:Gateway: MaxConcurrent and MaxConcurrentPerTenant must be positive.")
            .Validate(o => o.SlowClientGrace > TimeSpan.FromSeconds(1) && o.SlowestBytesPerSecond > 0, "Aigc:Gateway: SlowClientGrace must be longer than a second, SlowestBytesPerSecond positive.")
            .Validate(o => o.FirstKey is null || KeySecret.IsWellFormed(o.FirstKey), "Aigc:Gateway:FirstKey must look like sk-aigc- and 43 base64url characters.")
            .Validate(o => o.CorsOrigins.All(IsOrigin), "Aigc:Gateway:CorsOrigins lists origins such as https://app.example, without a path and without *.")
            .Validate(o => o.TrustedProxies.All(network => System.Net.IPNetwork.TryParse(network, out _)), "Aigc:Gateway:TrustedProxies lists networks such as 10.0.0.0/8.")
            .Validate(o => o.Oidc.IsComplete, "Aigc:Gateway:Oidc needs an https Authority (http on loopback alone) and a ClientId.")
            .Validate(o => o.Oidc.Roles.Values.Append(o.Oidc.DefaultRole ?? Roles.Viewer).All(Roles.Exist), "Aigc:Gateway:Oidc: Roles and DefaultRole name owner, operator, annotator or viewer.")
            .ValidateOnStart();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>>((kestrel, options) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.MinResponseDataRate = new MinDataRate(options.Value.SlowestBytesPerSecond, options.Value.SlowClientGrace);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(SlowestUpload, options.Value.SlowClientGrace);
        });
        services.AddCors();
    }

    /// <summary>A collection whose documents go when their time is over.</summary>
    public static void AddExpiring<T>(this IServiceCollection services, string name, Expression<Func<T, DateTimeOffset>> expiresAt)
        where T : class, IDocument
    {
        services.AddDocuments(name, Expression.Lambda<Func<T, object?>>(Expression.Convert(expiresAt.Body, typeof(object)), expiresAt.Parameters));
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<ExpirySweep<T>>(provider, expiresAt));
    }

    /// <summary>Where a request came from, as said by the proxies that are believed; by nobody else.</summary>
    public static void UseTrustedProxies(this WebApplication app, GatewayOptions options)
    {
        if (options.TrustedProxies.Count == 0)
        {
            return;
        }

        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in options.TrustedProxies)
        {
            forwarded.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
        }

        app.UseForwardedHeaders(forwarded);
    }

    /// <summary>Pages of the origins that are listed may call with a key. Sessions stay this site's own: no credentials.</summary>
    public static void UseOtherOrigins(this WebApplication app, GatewayOptions options)
    {
        if (options.CorsOrigins.Count > 0)
        {
            app.UseCors(cors => cors.WithOrigins([.. options.CorsOrigins]).AllowAnyMethod().AllowAnyHeader().WithExposedHeaders(ToldToOtherOrigins));
        }
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https") && uri.GetLeftPart(UriPartial.Authority) == text;
}
