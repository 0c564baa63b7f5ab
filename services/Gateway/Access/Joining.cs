using Aigc.Gateway.Audit;
using Aigc.Gateway.Users;
using Aigc.ServiceDefaults;
using Microsoft.AspNetCore.Antiforgery;

namespace Aigc.Gateway.Access;

/// <summary>Where a one-time link leads: choosing a password, and with it the first session.</summary>
internal static class Joining
{
    public const string Path = "/join";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Path, Show).ExcludeFromDescription();
        app.MapPost(Path, Join).DisableAntiforgery().ExcludeFromDescription();
    }

    private static async Task<IResult> Show(HttpContext context, IAntiforgery antiforgery, UserBook users)
    {
        var invitation = context.Request.Query["token"].ToString();
        return await users.Invited(invitation, context.RequestAborted) is { } user
            ? Form(context, antiforgery, invitation, user, null)
            : Gone();
    }

    private static async Task<IResult> Join(HttpContext context, IAntiforgery antiforgery, SignInRates rates, UserBook users, Entrances entrances, AuditLog audit)
    {
        if (rates.Wait(context) is not null || await DoorForms.Read(context, antiforgery) is not { } form)
        {
            return DoorForms.Html(DoorPages.Message("Not yet", "The form was too old, or too many were sent from this network. Open the link again in a minute."), StatusCodes.Status400BadRequest);
        }

        var invitation = form["invitation"].ToString();
        if (await users.Invited(invitation, context.RequestAborted) is not { } invited)
        {
            return Gone();
        }

        User? user;
        try
        {
            user = await users.Join(invitation, form["password"].ToString(), context.RequestAborted);
        }
        catch (ProblemException refused) when (!refused.Problem.Transient)
        {
            return Form(context, antiforgery, invitation, invited, refused.Problem.Message);
        }

        if (user is null)
        {
            return Gone();
        }

        await audit.Write(context, "user.joined", user.Id, user.Tenant);
        await entrances.Open(context, user, "invitation");
        return Results.Redirect("/");
    }

    private static IResult Form(HttpContext context, IAntiforgery antiforgery, string invitation, User user, string? problem) => DoorForms.Html(
        DoorPages.Join(DoorForms.State(context, antiforgery, "/"), invitation, user.Email, problem),
        problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);

    private static IResult Gone() =>
        DoorForms.Html(DoorPages.Message("Link used", "This link was used or has run out. Whoever invited you can make a new one."), StatusCodes.Status404NotFound);
}
