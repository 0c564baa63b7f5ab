using Aigc.Gateway.Audit;
using Aigc.Gateway.Keys;
using Aigc.Gateway.Tenants;
using Aigc.Gateway.Users;

namespace Aigc.Gateway.Admin;

/// <summary>What the door answers itself. Who may come is the route table's business, as for every other route.</summary>
internal static class AdminApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("/api/keys").WithTags("Keys");
        keys.MapGet("", KeyRoutes.List).WithName("ListKeys").WithSummary("Keys of the tenant, oldest first.").Produces<Page<KeyView>>();
        keys.MapPost("", KeyRoutes.Create).WithName("CreateKey").WithSummary("Makes a key. Its secret is in this answer and nowhere else. No scopes beyond the caller's own.").Produces<KeyView>(StatusCodes.Status201Created);
        keys.MapGet("{id}", KeyRoutes.Get).WithName("GetKey").Produces<KeyView>();
        keys.MapPost("{id}/rotate", KeyRoutes.Rotate).WithName("RotateKey").WithSummary("A new secret; the old one works on for graceSeconds.").Produces<KeyView>();
        keys.MapDelete("{id}", KeyRoutes.Revoke).WithName("RevokeKey").WithSummary("Ends the key, everywhere within seconds.").Produces<KeyView>();

        var users = app.MapGroup("/api/users").WithTags("Users");
        users.MapGet("", UserRoutes.List).WithName("ListUsers").Produces<Page<UserView>>();
        users.MapPost("", UserRoutes.Invite).WithName("InviteUser").WithSummary("Adds a person and makes the one-time link by which they choose a password.").Produces<UserView>(StatusCodes.Status201Created);
        users.MapGet("{id}", UserRoutes.Get).WithName("GetUser").Produces<UserView>();
        users.MapPatch("{id}", UserRoutes.Change).WithName("ChangeUser").WithSummary("Name, role, disabled. A disabled person's sessions and keys end everywhere within seconds.").Produces<UserView>();
        users.MapPost("{id}/invite", UserRoutes.InviteAgain).WithName("InviteUserAgain").WithSummary("A new one-time link, also for somebody who lost their password.").Produces<UserView>();

        var tenants = app.MapGroup("/api/tenants").WithTags("Tenants");
        tenants.MapGet("", TenantRoutes.List).WithName("ListTenants").Produces<Page<TenantView>>();
        tenants.MapPost("", TenantRoutes.Create).WithName("CreateTenant").WithSummary("Makes a tenant and its first key.").Produces<TenantView>(StatusCodes.Status201Created);
        tenants.MapGet("{id}", TenantRoutes.Get).WithName("GetTenant").Produces<TenantView>();
        tenants.MapPatch("{id}", TenantRoutes.Change).WithName("ChangeTenant").WithSummary("Name, requests a minute, closed.").Produces<TenantView>();

        app.MapGet("/api/audit", AuditRoutes.List).WithTags("Audit").WithName("ListAudit").WithSummary("Who did what, the latest first.").Produces<Page<AuditView>>();

        var account = app.MapGroup("/api/account").WithTags("Account");
        account.MapGet("", AccountRoutes.Get).WithName("GetAccount").WithSummary("Who the caller is and what it may do.").Produces<AccountView>();
        account.MapPost("password", AccountRoutes.ChangePassword).WithName("ChangePassword").WithSummary("One's own password, in a session. Every other session of the person ends.").Produces(StatusCodes.Status204NoContent);
    }
}
