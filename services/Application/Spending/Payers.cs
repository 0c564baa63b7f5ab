using Aigc.Contracts.Jobs;
using Microsoft.AspNetCore.Http;

namespace Aigc.Application.Spending;

/// <summary>Who pays for what is started: whoever the present request is from, or whoever work in the background is done for.</summary>
internal sealed class Payers(IHttpContextAccessor requests)
{
    // The gateway's words: the one place where they are read for the ledger.
    private const string KeyHeader = "x-aigc-key";
    private const string UserHeader = "x-aigc-user";

    private static readonly AsyncLocal<(string? Key, string? User)?> Background = new();

    /// <summary>The request that is being answered; null in the background.</summary>
    public HttpContext? Request => requests.HttpContext;

    /// <summary>The root of a new tree of jobs.</summary>
    public JobLink Link(Guid id, string tenant)
    {
        var (key, user) = Background.Value ?? (Header(KeyHeader), Header(UserHeader));
        return new JobLink { RootId = id, Tenant = tenant, Key = key, User = user };
    }

    /// <summary>Until the end of the calling method, work is paid for by these: for what was asked for in a request that is long gone.</summary>
    public static void As(string? key, string? user) => Background.Value = (key, user);

    private string? Header(string name) => requests.HttpContext?.Request.Headers[name].ToString() is { Length: > 0 } value ? value : null;
}
