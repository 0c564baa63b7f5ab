using System.Globalization;
using System.Security.Cryptography;
using Aigc.Gateway.Keys;
using Aigc.Storage.Artifacts;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using CookieHeaderValue = Microsoft.Net.Http.Headers.CookieHeaderValue;

namespace Aigc.Gateway.Access;

/// <summary>Sessions of people in a browser: a sealed cookie that names a key and when it was opened. Whoever revokes the key ends its sessions.</summary>
internal sealed class Sessions(IDataProtectionProvider protection, TimeProvider time, IOptions<GatewayOptions> options)
{
    public const string CookieName = "aigc-session";

    private readonly IDataProtector _seal = protection.CreateProtector("Aigc.Gateway.Session.v1");

    public void Open(HttpContext context, ApiKey key)
    {
        var until = time.GetUtcNow() + options.Value.Session;
        context.Response.Cookies.Append(CookieName, _seal.Protect($"{key.Id}.{until.ToUnixTimeSeconds()}"), Cookie(context));
    }

    public static void Close(HttpContext context) => context.Response.Cookies.Delete(CookieName, Cookie(context));

    /// <summary>Hash of the session's key; null without a session that was sealed here and still lasts.</summary>
    public string? KeyOf(HttpRequest request)
    {
        if (!request.Cookies.TryGetValue(CookieName, out var sealedText) || string.IsNullOrEmpty(sealedText))
        {
            return null;
        }

        try
        {
            var parts = _seal.Unprotect(sealedText).Split('.');
            var until = DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[1], CultureInfo.InvariantCulture));
            return until > time.GetUtcNow() && Digest.IsValid(parts[0]) ? parts[0] : null;
        }
        catch (CryptographicException)
        {
            return null;
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

    private static CookieOptions Cookie(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        IsEssential = true,
        Path = "/",
    };
}
