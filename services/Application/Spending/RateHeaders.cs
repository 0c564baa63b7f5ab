using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Aigc.Application.Spending;

/// <summary>Tells a client where it stands with its tokens of this minute, as OpenAI does: of its accounts, the one with the fewest left.</summary>
internal static class RateHeaders
{
    public static void Write(HttpContext? request, IEnumerable<Purse> purses)
    {
        if (request is null || request.Response.HasStarted || purses.Where(purse => purse.Known?.TokensPerMinute is not null).MinBy(purse => purse.TokensLeft) is not { } least)
        {
            return;
        }

        var (headers, known) = (request.Response.Headers, least.Known!);
        headers["x-ratelimit-limit-tokens"] = known.TokensPerMinute!.Value.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-remaining-tokens"] = least.TokensLeft.ToString(CultureInfo.InvariantCulture);
        headers["x-ratelimit-reset-tokens"] = Duration(least.TokensLeft >= known.TokensPerMinute ? TimeSpan.Zero : least.Reset);
    }

    /// <summary><c>12ms</c>, <c>7.5s</c>, <c>6m0s</c>.</summary>
    internal static string Duration(TimeSpan span) => span switch
    {
        _ when span <= TimeSpan.Zero => "0s",
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(span.TotalMilliseconds)}ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###}s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)span.TotalMinutes}m{span.Seconds}s"),
    };
}
