using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http;

namespace Aigc.Application.Spending;

/// <summary>Who pays for what is started: whoever the present request is from, or whoever work in the background is done for.</summary>
internal sealed class Payers(IHttpContextAccessor requests)
{
    private static readonly AsyncLocal<(string? Key, string? User)?> Background = new();

    /// <summary>The request that is being answered; null in the background.</summary>
    public HttpContext? Request => requests.HttpContext;

    /// <summary>The root of a new tree of jobs.</summary>
    public JobLink Link(Guid id, string tenant)
    {
        var caller = requests.HttpContext?.Caller();
        var (key, user) = Background.Value ?? (caller?.Key, caller?.User);
        return new JobLink { RootId = id, Tenant = tenant, Key = key, User = user };
    }

    /// <summary>Until the end of the calling method, work is paid for by these: for what was asked for in a request that is long gone.</summary>
    public static void As(string? key, string? user) => Background.Value = (key, user);
}
