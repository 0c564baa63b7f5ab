using System.Globalization;
using Aigc.Gateway.Audit;
using Aigc.Gateway.Keys;
using Aigc.Gateway.Users;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.Options;

namespace Aigc.Gateway.Access;

/// <summary>Turns an account's password, or a key, into a session, and ends it.</summary>
internal static class SignIn
{
    public const string Path = "/sign-in";

    private const string Wrong = "That is not known here: look at the address and the password, or at the key.";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Path, Show).ExcludeFromDescription();
        app.MapPost(Path, Enter).DisableAntiforgery().ExcludeFromDescription();
        app.MapPost("/sign-out", Leave).ExcludeFromDescription();
        Joining.Map(app);
    }

    /// <summary>429 in the API's form for an account that is locked.</summary>
    public static IResult Locked(HttpContext context, TimeSpan wait)
    {
        RetryAfter(context, wait);
        return ApiErrors.Result(StatusCodes.Status429TooManyRequests, "too_many_attempts", "Too many wrong passwords; wait and try again.");
    }

    public static IResult Page(HttpContext context, IAntiforgery antiforgery, IOptions<GatewayOptions> options, string? target, string? problem, int status) =>
        DoorForms.Html(DoorPages.SignIn(DoorForms.State(context, antiforgery, target), problem, options.Value.Oidc.IsOn ? options.Value.Oidc.Name : null), status);

    private static IResult Show(HttpContext context, IAntiforgery antiforgery, IOptions<GatewayOptions> options) =>
        Page(context, antiforgery, options, context.Request.Query["return"], null, StatusCodes.Status200OK);

    private static async Task<IResult> Enter(HttpContext context, IAntiforgery antiforgery, IOptions<GatewayOptions> options, SignInRates rates, Entrances entrances)
    {
        if (rates.Wait(context) is { } wait)
        {
            RetryAfter(context, wait);
            return Page(context, antiforgery, options, null, "Too many sign-ins from this network; wait a minute and try again.", StatusCodes.Status429TooManyRequests);
        }

        if (await DoorForms.Read(context, antiforgery) is not { } form)
        {
            return Page(context, antiforgery, options, null, "The form was too old; try again.", StatusCodes.Status401Unauthorized);
        }

        var entry = form["email"].ToString().Trim() is { Length: > 0 } email
            ? await entrances.ByAccount(context, email, form["password"].ToString())
            : await entrances.ByKey(context, form["key"].ToString().Trim());
        if (entry.Wait is { } locked)
        {
            RetryAfter(context, locked);
            return Page(context, antiforgery, options, form["return"], "Too many wrong passwords; wait and try again.", StatusCodes.Status429TooManyRequests);
        }

        return entry.Opened
            ? Results.Redirect(DoorForms.Local(form["return"]))
            : Page(context, antiforgery, options, form["return"], Wrong, StatusCodes.Status401Unauthorized);
    }

    private static async Task<IResult> Leave(HttpContext context, AuditLog audit)
    {
        Sessions.Close(context);
        if (context.Features.Get<Caller>() is { BySession: true } caller)
        {
            await audit.Write(context, "session.closed", caller.Identity);
        }

        return Results.Redirect(Path);
    }

    private static void RetryAfter(HttpContext context, TimeSpan wait) =>
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}

/// <summary>What became of a sign-in: a session, a refusal, or a locked account.</summary>
internal readonly record struct Entry(bool Opened, TimeSpan? Wait = null);

/// <summary>The ways in. Every use of one, and every refusal, stands in the audit log.</summary>
internal sealed class Entrances(ApiKeys keys, Callers callers, UserBook users, Passwords passwords, Attempts attempts, Sessions sessions, AuditLog audit, TimeProvider time)
{
    public async Task<Entry> ByKey(HttpContext context, string secret)
    {
        if (await keys.Find(secret, context.RequestAborted) is not { } key || await callers.Of(key, bySession: true, context.RequestAborted) is not { } caller)
        {
            await audit.Write(context, "session.refused", "key");
            return new Entry(Opened: false);
        }

        sessions.Open(context, key);
        await audit.Write(context, "session.opened", caller.Identity, caller.Tenant);
        return new Entry(Opened: true);
    }

    public async Task<Entry> ByAccount(HttpContext context, string email, string password)
    {
        var ct = context.RequestAborted;
        var id = User.IdOf(email);
        var user = await users.Find(id, ct);
        if (await attempts.Begin(id, ct) is { } wait)
        {
            await Refused(context, id, user, "locked");
            return new Entry(Opened: false, wait);
        }

        // Verified whoever it is, so that the answer takes as long for somebody who is not there.
        if (!await passwords.Verify(user?.PasswordHash, password, ct) || user is not { Disabled: false })
        {
            await Refused(context, id, user, "wrong password or account");
            return new Entry(Opened: false);
        }

        await attempts.Succeeded(id, ct);
        await Open(context, user, "password");
        return new Entry(Opened: true);
    }

    /// <summary>A session for somebody who has shown who they are.</summary>
    public async Task Open(HttpContext context, User user, string by)
    {
        await users.Change(user.Id, stored => (stored.LastSignIn = time.GetUtcNow()) is not null, CancellationToken.None);
        sessions.Open(context, user);
        await audit.Write(context, "session.opened", user.Id, user.Tenant, new Dictionary<string, string> { ["by"] = by });
    }

    private Task Refused(HttpContext context, string id, User? user, string why) =>
        audit.Write(context, "session.refused", id, user?.Tenant, new Dictionary<string, string> { ["why"] = why });
}
