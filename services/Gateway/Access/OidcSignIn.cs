using System.Security.Claims;
using Aigc.Gateway.Audit;
using Aigc.Gateway.Keys;
using Aigc.Gateway.Users;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Aigc.Gateway.Access;

/// <summary>
/// Sign-in with an account of another house: authorization code with PKCE. What its token says makes a person here, under the id of
/// issuer and subject; an e-mail address it claims is shown and never taken for one of ours.
/// </summary>
internal static class OidcSignIn
{
    public const string Path = "/sign-in/oidc";

    private const string Scheme = "oidc";
    private const string CallbackPath = "/sign-in/oidc/callback";

    // Never signed in to: the session is our own. The handler asks for the name of a scheme, and a second scheme keeps it from being everybody's default.
    private const string Unused = "external";

    public static void Add(IServiceCollection services, OidcOptions options)
    {
        if (!options.IsOn)
        {
            return;
        }

        services.AddAuthentication().AddCookie(Unused).AddOpenIdConnect(Scheme, handler => Configure(handler, options));
    }

    public static void Map(IEndpointRouteBuilder app, OidcOptions options)
    {
        if (options.IsOn)
        {
            app.MapGet(Path, (string? @return) => Results.Challenge(new AuthenticationProperties { RedirectUri = DoorForms.Local(@return) }, [Scheme])).ExcludeFromDescription();
        }
    }

    private static void Configure(OpenIdConnectOptions handler, OidcOptions options)
    {
        handler.SignInScheme = Unused;
        handler.Authority = options.Authority!.ToString().TrimEnd('/');
        handler.RequireHttpsMetadata = !options.Authority.IsLoopback;
        handler.ClientId = options.ClientId;
        handler.ClientSecret = options.ClientSecret;
        handler.ResponseType = OpenIdConnectResponseType.Code;
        // A form posted from another site would come without the cookies that SameSite keeps back.
        handler.ResponseMode = OpenIdConnectResponseMode.Query;
        handler.UsePkce = true;
        handler.MapInboundClaims = false;
        handler.SaveTokens = false;
        handler.CallbackPath = CallbackPath;
        handler.SignedOutCallbackPath = "/sign-in/oidc/signed-out";
        handler.RemoteSignOutPath = "/sign-in/oidc/remote-sign-out";
        handler.Scope.Clear();
        foreach (var scope in options.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            handler.Scope.Add(scope);
        }

        foreach (var cookie in new[] { handler.CorrelationCookie, handler.NonceCookie })
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }

        handler.Events.OnTicketReceived = Arrived;
        handler.Events.OnRemoteFailure = Failed;
    }

    private static async Task Arrived(TicketReceivedContext received)
    {
        var context = received.HttpContext;
        var services = context.RequestServices;
        received.HandleResponse();
        var claims = received.Principal!;
        var options = services.GetRequiredService<IOptions<GatewayOptions>>().Value.Oidc;
        var (issuer, subject) = (claims.FindFirstValue("iss") ?? options.Authority!.ToString(), claims.FindFirstValue("sub"));
        var (tenant, role) = (OidcClaims.TenantOf(claims, options), OidcClaims.RoleOf(claims, options));
        if (subject is null || tenant is null || role is null)
        {
            await Refuse(context, User.IdOf(issuer, subject ?? ""), "no role or tenant here");
            return;
        }

        var id = User.IdOf(issuer, subject);
        var user = await services.GetRequiredService<UserBook>().Arrived(
            id,
            () => new User { Id = id, Tenant = tenant, Email = "", Role = role, Issuer = issuer, Stamp = KeySecret.Random(), CreatedAt = services.GetRequiredService<TimeProvider>().GetUtcNow() },
            found =>
            {
                (found.Tenant, found.Role) = (tenant, role);
                (found.Email, found.Name) = (claims.FindFirstValue("email") ?? "", claims.FindFirstValue("name") ?? claims.FindFirstValue("preferred_username") ?? "");
            },
            context.RequestAborted);
        if (user.Disabled)
        {
            await Refuse(context, id, "disabled", user.Tenant);
            return;
        }

        await services.GetRequiredService<Entrances>().Open(context, user, "oidc");
        await DoorForms.Html(DoorPages.Onward(DoorForms.Local(received.ReturnUri))).ExecuteAsync(context);
    }

    private static Task Failed(RemoteFailureContext failed)
    {
        failed.HandleResponse();
        return Refuse(failed.HttpContext, Scheme, "the other house refused, or its answer was not to be trusted");
    }

    private static async Task Refuse(HttpContext context, string who, string why, string? tenant = null)
    {
        await context.RequestServices.GetRequiredService<AuditLog>().Write(context, "session.refused", who, tenant, new Dictionary<string, string> { ["why"] = why });
        await DoorForms.Html(DoorPages.Message("Not signed in", "That account may not sign in here."), StatusCodes.Status403Forbidden).ExecuteAsync(context);
    }
}
