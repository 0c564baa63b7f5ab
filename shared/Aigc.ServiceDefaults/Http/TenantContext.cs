using Microsoft.AspNetCore.Http;

namespace Aigc.ServiceDefaults.Http;

/// <summary>What the gateway tells a service about a request.</summary>
public static class TenantContext
{
    /// <summary>The tenant an installation begins with. Its owners look after the others.</summary>
    public const string Installation = "default";

    /// <summary>Header with the shared token that proves a request came through the gateway.</summary>
    public const string InternalTokenHeader = "x-aigc-internal";

    /// <summary>Header with the tenant of the key.</summary>
    public const string TenantHeader = "x-aigc-tenant";

    /// <summary>Tenant of the request. Present on every request that passed the gateway check.</summary>
    public static string Tenant(this HttpContext context) => context.Request.Headers[TenantHeader].ToString();
}
