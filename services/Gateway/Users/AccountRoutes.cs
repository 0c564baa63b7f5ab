using System.Text.Json.Serialization;
using Aigc.Gateway.Access;
using Aigc.Gateway.Admin;
using Aigc.Gateway.Audit;
using Aigc.Gateway.Keys;
using Aigc.ServiceDefaults.Http;

namespace Aigc.Gateway.Users;

/// <summary>A change of one's own password.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record NewPassword(string? Current, string? Password);

/// <summary>Who the caller is.</summary>
internal sealed record AccountView(string Tenant, string? User, string? Name, string? Email, string? Role, string? Key, IReadOnlyList<string> Scopes);

/// <summary>Routes about the caller, for every caller.</summary>
internal static class AccountRoutes
{
    public static async Task<IResult> Get(HttpContext context, UserBook users, CancellationToken ct)
    {
        var caller = context.Admitted();
        var user = caller.User is null ? null : await users.Find(caller.User, ct);
        return Results.Ok(new AccountView(caller.Tenant, caller.User, user?.Name, user?.Email, user?.Role, caller.Key, caller.Scopes));
    }

    public static async Task<IResult> ChangePassword(
        HttpContext context, NewPassword body, UserBook users, Passwords passwords, Attempts attempts, Sessions sessions, AuditLog audit, CancellationToken ct)
    {
        // By session alone: a key that leaked must not become its person's account.
        if (context.Admitted() is not { BySession: true, Key: null, User: { } id } || await users.Find(id, ct) is not { Issuer: null } user)
        {
            return ApiErrors.Result(StatusCodes.Status403Forbidden, "account_needed", "Only a person who signed in with an account of this installation has a password to change.");
        }

        if (await attempts.Begin(id, ct) is { } wait)
        {
            return SignIn.Locked(context, wait);
        }

        if (!await passwords.Verify(user.PasswordHash, body.Current ?? "", ct))
        {
            return ApiErrors.Result(StatusCodes.Status403Forbidden, "wrong_password", "That is not the present password.", "current");
        }

        await attempts.Succeeded(id, ct);
        var hash = await passwords.Hash(body.Password ?? "", ct);
        var changed = await users.Change(
            id,
            stored =>
            {
                var still = stored.PasswordHash == user.PasswordHash && !stored.Disabled;
                (stored.PasswordHash, stored.Stamp) = (hash, KeySecret.Random());
                return still;
            },
            ct);
        if (changed is null)
        {
            return ApiErrors.Result(StatusCodes.Status409Conflict, "conflict", "The account was changed at the same moment; try again.");
        }

        await audit.Write(context, "user.password-changed", id);
        sessions.Open(context, changed);
        return Results.NoContent();
    }
}
