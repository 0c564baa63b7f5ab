using System.Security.Claims;
using Aigc.Gateway.Users;

namespace Aigc.Gateway.Access;

/// <summary>What another house's claims make of somebody here. Values nobody mapped count for nothing.</summary>
internal static class OidcClaims
{
    /// <summary>The role that opens most of those the claims give; null for none.</summary>
    public static string? RoleOf(ClaimsPrincipal claims, OidcOptions options) => Roles.Names.FirstOrDefault(
        role => claims.FindAll(options.RoleClaim).Any(claim => options.Roles.GetValueOrDefault(claim.Value) == role)) ?? options.DefaultRole;

    public static string? TenantOf(ClaimsPrincipal claims, OidcOptions options) =>
        (options.TenantClaim is null ? null : claims.FindAll(options.TenantClaim).Select(claim => options.Tenants.GetValueOrDefault(claim.Value)).FirstOrDefault(tenant => tenant is not null))
        ?? options.DefaultTenant;
}
