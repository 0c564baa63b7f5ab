using System.Net.Mail;
using System.Text.Json.Serialization;
using Aigc.Gateway.Access;
using Aigc.Gateway.Admin;
using Aigc.Gateway.Audit;
using Aigc.Gateway.Keys;
using Aigc.Gateway.Tenants;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;

namespace Aigc.Gateway.Users;

/// <summary>A person who is to be invited.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NewUser(string? Email, string? Name, string? Role, string? Tenant);

/// <summary>What is to change about a person; what is left out stays.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record UserChange(string? Name, string? Role, bool? Disabled);

/// <summary>A person as they are shown.</summary>
internal sealed record UserView
{
    public required string Id { get; init; }

    public required string Tenant { get; init; }

    public required string Email { get; init; }

    public required string Name { get; init; }

    public required string Role { get; init; }

    /// <summary><c>active</c>, <c>invited</c> or <c>disabled</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The one-time link, in the answer that made it and never again.</summary>
    public string? Invitation { get; init; }

    public DateTimeOffset? InvitationEndsAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastSignInAt { get; init; }

    public static UserView Of(User user, string? link = null) => new()
    {
        Id = user.Id,
        Tenant = user.Tenant,
        Email = user.Email,
        Name = user.Name,
        Role = user.Role,
        Status = user.Disabled ? "disabled" : user.PasswordHash is null && user.Issuer is null ? "invited" : "active",
        Invitation = link,
        InvitationEndsAt = user.InvitationEnds,
        CreatedAt = user.CreatedAt,
        LastSignInAt = user.LastSignIn,
    };
}

/// <summary>Routes of people.</summary>
internal static class UserRoutes
{
    private const int MaxEmail = 254;

    public static async Task<IResult> List(HttpContext context, UserBook users, string? tenant, int? limit, string? after, CancellationToken ct)
    {
        var whose = context.Admitted().TenantOf(tenant);
        return Results.Ok(await Listing.Read(limit, after, (from, take) => users.List(whose, from, take, ct), user => user.Id, user => UserView.Of(user)));
    }

    public static async Task<IResult> Get(HttpContext context, UserBook users, string id, CancellationToken ct) =>
        await Find(context.Admitted(), users, id, ct) is { } user ? Results.Ok(UserView.Of(user)) : ApiErrors.NotFound("user", id);

    public static async Task<IResult> Invite(HttpContext context, NewUser body, UserBook users, TenantBook tenants, AuditLog audit, CancellationToken ct)
    {
        var caller = context.Admitted();
        var tenant = caller.TenantOf(body.Tenant);
        var email = CheckedEmail(body.Email);
        var role = CheckedRole(body.Role);
        if (caller.RefuseMoreThan(Roles.ScopesOf(role)) is { } refused)
        {
            return refused;
        }

        if (tenant != caller.Tenant && await tenants.Find(tenant, ct) is null)
        {
            return ApiErrors.NotFound("tenant", tenant);
        }

        if (await users.Invite(tenant, email, Authority.Name(body.Name ?? ""), role, ct) is not var (user, secret))
        {
            return ApiErrors.Result(StatusCodes.Status409Conflict, "email_taken", "There is a user with this address; POST /api/users/{id}/invite makes a new link.", "email");
        }

        await audit.Write(context, "user.invited", user.Id, tenant, new Dictionary<string, string> { ["role"] = role });
        return Results.Created($"/api/users/{user.Id}", UserView.Of(user, Link(context, secret)));
    }

    public static async Task<IResult> InviteAgain(HttpContext context, UserBook users, AuditLog audit, string id, CancellationToken ct)
    {
        var caller = context.Admitted();
        if (await Find(caller, users, id, ct) is not { } user)
        {
            return ApiErrors.NotFound("user", id);
        }

        if (caller.RefuseMoreThan(Roles.ScopesOf(user.Role)) is { } refused)
        {
            return refused;
        }

        if (await users.InviteAgain(id, ct) is not var (invited, secret))
        {
            return ApiErrors.Result(StatusCodes.Status409Conflict, "signs_in_elsewhere", "This user signs in with another house's account and has no password here.");
        }

        await audit.Write(context, "user.invited", id, user.Tenant, new Dictionary<string, string> { ["again"] = "true" });
        return Results.Ok(UserView.Of(invited, Link(context, secret)));
    }

    public static async Task<IResult> Change(HttpContext context, UserChange body, UserBook users, AuditLog audit, string id, CancellationToken ct)
    {
        var caller = context.Admitted();
        if (await Find(caller, users, id, ct) is not { } user)
        {
            return ApiErrors.NotFound("user", id);
        }

        var role = body.Role is null ? user.Role : CheckedRole(body.Role);
        if ((caller.RefuseMoreThan(Roles.ScopesOf(user.Role)) ?? caller.RefuseMoreThan(Roles.ScopesOf(role))) is { } refused)
        {
            return refused;
        }

        var name = body.Name is null ? user.Name : Authority.Name(body.Name);
        if (caller.User == id && (role != user.Role || body.Disabled == true))
        {
            return ApiErrors.Result(StatusCodes.Status409Conflict, "own_account", "Nobody disables themselves or changes their own role; another owner can.");
        }

        var changed = await users.Change(id, stored => Apply(stored, name, role, body.Disabled), ct);
        await audit.Write(context, "user.changed", id, user.Tenant, new Dictionary<string, string> { ["role"] = role, ["disabled"] = changed!.Disabled ? "true" : "false" });
        return Results.Ok(UserView.Of(changed));
    }

    private static bool Apply(User user, string name, string role, bool? disabled)
    {
        (user.Name, user.Role) = (name, role);
        if (disabled is { } now && now != user.Disabled)
        {
            // A new stamp also when they may come back: the sessions they had are over.
            (user.Disabled, user.Stamp) = (now, KeySecret.Random());
        }

        return true;
    }

    private static async Task<User?> Find(Caller caller, UserBook users, string id, CancellationToken ct) =>
        await users.Find(id, ct) is { } user && caller.Sees(user.Tenant) ? user : null;

    private static string Link(HttpContext context, string secret) => $"{context.Request.Scheme}://{context.Request.Host}{Joining.Path}?token={secret}";

    private static string CheckedEmail(string? email) =>
        email?.Trim() is { Length: > 2 and <= MaxEmail } text && MailAddress.TryCreate(text, out var address) && address.Address == text
            ? text
            : throw new ProblemException("invalid_value", "email is an e-mail address, for example mei@example.com.", "email");

    private static string CheckedRole(string? role) => role is not null && Roles.Exist(role)
        ? role
        : throw new ProblemException("invalid_value", $"role is one of {string.Join(", ", Roles.Names)}.", "role");
}
