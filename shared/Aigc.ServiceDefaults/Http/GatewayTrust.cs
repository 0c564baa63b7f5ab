using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Aigc.ServiceDefaults.Http;

/// <summary>How a service knows the gateway. Section <c>Aigc:Gateway</c>.</summary>
public sealed class GatewayTrustOptions
{
    /// <summary>Shared between the gateway and the services; at least 32 characters, and nobody else's. There is no default.</summary>
    public string InternalToken { get; set; } = "";
}

/// <summary>Refuses every request that did not come through the gateway, health aside. Deny by default: a new route is closed until somebody reaches it through the door.</summary>
internal sealed class GatewayTrust(RequestDelegate next, IOptions<GatewayTrustOptions> options)
{
    private readonly byte[] _expected = SHA256.HashData(Encoding.UTF8.GetBytes(options.Value.InternalToken));

    public Task Invoke(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            return next(context);
        }

        var shown = SHA256.HashData(Encoding.UTF8.GetBytes(context.Request.Headers[TenantContext.InternalTokenHeader].ToString()));
        if (CryptographicOperations.FixedTimeEquals(shown, _expected) && context.Tenant().Length > 0)
        {
            return next(context);
        }

        return ApiErrors.Write(context, StatusCodes.Status401Unauthorized, "unauthorized", "This service is reached through the gateway only.");
    }
}
