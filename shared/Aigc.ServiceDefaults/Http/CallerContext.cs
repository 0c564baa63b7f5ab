using Microsoft.AspNetCore.Http;

namespace Aigc.ServiceDefaults.Http;

/// <summary>Who a request is from, in the gateway's words.</summary>
public sealed record RequestCaller
{
    /// <summary>The scope that stands for all of them.</summary>
    public const string EveryScope = "*";

    /// <summary>Whose data it may see.</summary>
    public required string Tenant { get; init; }

    /// <summary>Id of the key (<c>key_…</c>); null for a person who signed in with an account.</summary>
    public string? Key { get; init; }

    /// <summary>Id of the person (<c>user_…</c>); null for a key that belongs to nobody in particular.</summary>
    public string? User { get; init; }

    /// <summary>What it may do.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Whom an act is put down to: the person, else the key, else the tenant.</summary>
    public string Actor => User ?? Key ?? Tenant;

    /// <summary>Whether it is of the tenant that looks after the others, and sees what is of no tenant in particular.</summary>
    public bool RunsInstallation => Tenant == TenantContext.Installation;

    /// <summary>Whether it has the scope.</summary>
    public bool May(string scope) => Scopes.Contains(EveryScope) || Scopes.Contains(scope);
}

/// <summary>Reads the caller the gateway has put on a request. Nobody else can: the door takes such headers from whoever comes from outside.</summary>
public static class CallerContext
{
    /// <summary>Header with the id of the key.</summary>
    public const string KeyHeader = "x-aigc-key";

    /// <summary>Header with the id of the person.</summary>
    public const string UserHeader = "x-aigc-user";

    /// <summary>Header with the scopes, separated by spaces.</summary>
    public const string ScopesHeader = "x-aigc-scopes";

    /// <summary>The caller of a request that passed the gateway check.</summary>
    public static RequestCaller Caller(this HttpContext context)
    {
        var headers = context.Request.Headers;
        return new RequestCaller
        {
            Tenant = context.Tenant(),
            Key = NullIfEmpty(headers[KeyHeader].ToString()),
            User = NullIfEmpty(headers[UserHeader].ToString()),
            Scopes = headers[ScopesHeader].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries),
        };
    }

    private static string? NullIfEmpty(string text) => text.Length > 0 ? text : null;
}
