namespace Aigc.Gateway.Access;

/// <summary>Sign-in with accounts of another house (OpenID Connect). Section <c>Aigc:Gateway:Oidc</c>; off without an authority.</summary>
public sealed class OidcOptions
{
    /// <summary>Issuer; its <c>/.well-known/openid-configuration</c> says the rest. https, or http on loopback.</summary>
    public Uri? Authority { get; set; }

    /// <summary>What this installation is called there.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>Its secret, where it has one.</summary>
    public string? ClientSecret { get; set; }

    /// <summary>What the button says. Default: single sign-on.</summary>
    public string Name { get; set; } = "single sign-on";

    /// <summary>Scopes that are asked for. Default: <c>openid profile email</c>.</summary>
    public string Scope { get; set; } = "openid profile email";

    /// <summary>Claim that says what somebody is. Default: <c>roles</c>.</summary>
    public string RoleClaim { get; set; } = "roles";

    /// <summary>Value of that claim → <c>owner</c>, <c>operator</c>, <c>annotator</c> or <c>viewer</c>. The one that opens most wins.</summary>
    public Dictionary<string, string> Roles { get; set; } = [];

    /// <summary>Role of those whose claims give none; null refuses them.</summary>
    public string? DefaultRole { get; set; }

    /// <summary>Claim that says to which tenant somebody belongs; null when all belong to <see cref="DefaultTenant"/>.</summary>
    public string? TenantClaim { get; set; }

    /// <summary>Value of that claim → tenant.</summary>
    public Dictionary<string, string> Tenants { get; set; } = [];

    /// <summary>Tenant of those whose claims give none; null refuses them.</summary>
    public string? DefaultTenant { get; set; }

    internal bool IsOn => Authority is not null;

    internal bool IsComplete =>
        Authority is null || ((Authority.Scheme == Uri.UriSchemeHttps || (Authority.Scheme == Uri.UriSchemeHttp && Authority.IsLoopback)) && ClientId.Length > 0);
}
