using Aigc.Gateway.Keys;

namespace Aigc.Gateway.Access;

/// <summary>Who a request is from: a key, shown directly or through a session.</summary>
internal sealed record Caller(ApiKey Key, bool BySession);

/// <summary>Finds out who a request is from.</summary>
internal sealed class Callers(ApiKeys keys, Sessions sessions)
{
    private const string Bearer = "Bearer ";

    /// <summary>Null for nobody. A key that is shown is taken at its word: a wrong one is not replaced by a session that happens to be there.</summary>
    public async Task<Caller?> Identify(HttpContext context)
    {
        var shown = context.Request.Headers.Authorization.ToString();
        if (shown.Length > 0)
        {
            return shown.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && await keys.Find(shown[Bearer.Length..].Trim(), context.RequestAborted) is { } key
                ? new Caller(key, BySession: false)
                : null;
        }

        return sessions.KeyOf(context.Request) is { } hash && await keys.FindByHash(hash, context.RequestAborted) is { } known
            ? new Caller(known, BySession: true)
            : null;
    }
}
