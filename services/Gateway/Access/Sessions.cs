using System.Globalization;
using System.Security.Cryptography;
using Aigc.Gateway.Keys;
using Aigc.Gateway.Users;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using CookieHeaderValue = Microsoft.Net.Http.Headers.CookieHeaderValue;

namespace Aigc.Gateway.Access;

/// <summary>Whose session it is: a key's, or a person's together with the stamp they had when it was opened.</summary>
internal readonly record struct Session(string? Key, string? User, string? Stamp);

/// <summary>
/// Sessions of people in a browser: a sealed cookie that names a key or a person and when it ends. Whoever revokes the key, disables
/// the person or changes their password ends its sessions everywhere.
/// </summary>
internal sealed class Sessions(IDataProtectionProvider protection, TimeProvider time, IOptions<GatewayOptions> options)
{
    public const string CookieName = "aigc-session";

    private const string OfKey = "key";
    private const string OfUser = "user";

    private readonly IDataProtector _seal = protection.CreateProtector("Aigc.Gateway.Session.v2");

    public void Open(HttpContext context, ApiKey key) => Open(context, OfKey, key.Id, "");

    public void Open(HttpContext context, User user) => Open(context, OfUser, user.Id, user.Stamp);

    public static void Close(HttpContext context) => context.Response.Cookies.Delete(CookieName, Cookie(context));

    /// <summary>The session of a request; empty without one that was sealed here and still lasts.</summary>
    public Session Of(HttpRequest request)
    {
        if (!request.Cookies.TryGetValue(CookieName, out var sealedText) || string.IsNullOrEmpty(sealedText))
        {
            return default;
        }

        try
        {
            var parts = _seal.Unprotect(sealedText).Split('.');
            return DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[3], CultureInfo.InvariantCulture)) <= time.GetUtcNow() ? default
                : parts[0] == OfKey ? new Session(parts[1], null, null)
                : new Session(null, parts[1], parts[2]);
        }
        catch (CryptographicException)
        {
            return default;
        }
    }

    /// <summary>Takes the session out of what is passed on: no service has a use for it.</summary>
    public static void Remove(HttpRequest request)
    {
        if (!request.Cookies.ContainsKey(CookieName))
        {
            return;
        }

        var kept = CookieHeaderValue.ParseList([.. request.Headers.Cookie.OfType<string>()]).Where(cookie => cookie.Name != CookieName);
        request.Headers.Cookie = string.Join("; ", kept);
    }

    private void Open(HttpContext context, string kind, string id, string stamp)
    {
        var until = (time.GetUtcNow() + options.Value.Session).ToUnixTimeSeconds();
        context.Response.Cookies.Append(CookieName, _seal.Protect($"{kind}.{id}.{stamp}.{until}"), Cookie(context));
    }

    private static CookieOptions Cookie(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        IsEssential = true,
        Path = "/",
    };
}
