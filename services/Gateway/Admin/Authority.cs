using Aigc.Gateway.Access;
using Aigc.Gateway.Routing;
using Aigc.Gateway.Tenants;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;

namespace Aigc.Gateway.Admin;

/// <summary>What an administrator may administer: their own tenant, and every tenant those of the installation's own.</summary>
internal static class Authority
{
    /// <summary>The caller; the door lets nobody else through to these routes.</summary>
    public static Caller Admitted(this HttpContext context) => context.Features.Get<Caller>() ?? throw new InvalidOperationException("The route was reached past the door.");

    public static bool RunsInstallation(this Caller caller) => caller.Tenant == Tenant.Installation;

    /// <summary>The tenant a request is about: the caller's own, or the one it names, which to others is none.</summary>
    public static string TenantOf(this Caller caller, string? named) => named is null || named == caller.Tenant || caller.RunsInstallation()
        ? named ?? caller.Tenant
        : throw new ProblemException("not_found", $"There is no tenant '{named}'.", "tenant");

    /// <summary>Whether a thing of this tenant is there for the caller at all.</summary>
    public static bool Sees(this Caller caller, string tenant) => tenant == caller.Tenant || caller.RunsInstallation();

    /// <summary>A refusal when the caller would give, or lay hands on, more than they have; null when they may.</summary>
    public static IResult? RefuseMoreThan(this Caller caller, IReadOnlyList<string> scopes) => Scopes.Cover(caller.Scopes, scopes)
        ? null
        : ApiErrors.Result(StatusCodes.Status403Forbidden, "scope_escalation", $"Nobody gives more than they have: this needs the scopes {string.Join(", ", scopes)}.", "scopes");

    /// <exception cref="ProblemException">A name longer than a name is.</exception>
    public static string Name(string? name, string param = "name") => name?.Trim() is { Length: <= 100 } text && !text.Any(char.IsControl)
        ? text
        : throw new ProblemException("invalid_value", "A name is a line of at most 100 characters.", param);
}
