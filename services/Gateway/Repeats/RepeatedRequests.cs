using System.Globalization;
using Aigc.Gateway.Access;
using Aigc.Gateway.Edge;
using Aigc.Gateway.Routing;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Artifacts;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Aigc.Gateway.Repeats;

/// <summary>
/// <c>Idempotency-Key</c> on a POST: the same key with the same request gives the first answer again, with another request 422, and
/// while the first is under way 409. A request with a key is carried through even when its client is gone, because the client will
/// come again; a stream of events is not, because hanging up is how a client stops it.
/// </summary>
internal sealed class RepeatedRequests(RequestDelegate next, AnswerBook book, IOptions<GatewayOptions> options)
{
    public const string Header = "Idempotency-Key";

    /// <summary>On an answer that was given before.</summary>
    public const string ReplayedHeader = "idempotent-replayed";

    private const int MaxKey = 255;

    // What a request under way may be asked about again.
    private const int RetrySeconds = 1;

    private static readonly string[] Kept = ["Content-Type", "Content-Encoding", "Content-Disposition", "Location", "Retry-After"];

    public async Task Invoke(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || !RequestLimits.IsApi(context.Request.Path)
            || !context.Request.Headers.TryGetValue(Header, out var shown) || context.Features.Get<Caller>() is not { } caller)
        {
            await next(context);
            return;
        }

        var key = shown.ToString();
        if (key.Length is 0 or > MaxKey || key.Any(letter => letter is < ' ' or > '~'))
        {
            await ApiErrors.Write(context, StatusCodes.Status400BadRequest, "invalid_value", $"{Header} is 1 to {MaxKey} printable ASCII characters.", Header);
            return;
        }

        var id = Digest.OfParts(caller.Tenant, caller.Identity, key);
        switch (await book.Begin(id, context.RequestAborted))
        {
            case { Token: { } token }:
                await CarryOut(context, id, token);
                break;
            case { Answer: { } answer }:
                await Repeat(context, answer);
                break;
            default:
                context.Response.Headers.RetryAfter = RetrySeconds.ToString(CultureInfo.InvariantCulture);
                await ApiErrors.Write(context, StatusCodes.Status409Conflict, "idempotency_key_in_use", "The first request with this key is under way; ask again for its answer.", Header);
                break;
        }
    }

    private async Task CarryOut(HttpContext context, string id, long token)
    {
        using var asked = new HashedBody(context.Request.Body);
        var answered = new RecordedBody(context.Response.Body, options.Value.MaxKeptAnswerBytes, context.RequestAborted);
        using var over = new CancellationTokenSource();
        var holding = book.Hold(id, token, over.Token);
        var kept = false;
        using (var client = new PatientClient(context))
        {
            (context.Request.Body, context.Response.Body) = (asked, answered);
            try
            {
                await next(context);
                kept = IsFinal(context) && await IsRead(asked, context.RequestAborted);
            }
            finally
            {
                await over.CancelAsync();
                await holding;
                await (kept ? Keep(context, id, token, asked, answered) : book.Abandon(id, token));
            }
        }
    }

    private Task Keep(HttpContext context, string id, long token, HashedBody asked, RecordedBody answered)
    {
        var fingerprint = asked.Fingerprint(context.Request);
        var headers = Kept.Where(context.Response.Headers.ContainsKey).ToDictionary(name => name, name => context.Response.Headers[name].ToString());
        // What the door itself answers a POST with is a secret that is shown once.
        var body = answered.Whole is { } whole && RouteTable.Of(context.Request.Path).Service != RouteTable.Gateway ? Convert.ToBase64String(whole) : null;
        return book.Keep(id, token, answer => (answer.Fingerprint, answer.Status, answer.Headers, answer.Body) = (fingerprint, context.Response.StatusCode, headers, body));
    }

    private static async Task Repeat(HttpContext context, KeptAnswer answer)
    {
        using var asked = new HashedBody(context.Request.Body);
        await asked.Drain(context.RequestAborted);
        if (asked.Fingerprint(context.Request) != answer.Fingerprint)
        {
            await ApiErrors.Write(context, StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused", "This key was used for another request; a new request needs a new key.", Header);
            return;
        }

        if (answer.Body is null)
        {
            await ApiErrors.Write(
                context, StatusCodes.Status409Conflict, "idempotency_answer_not_kept", $"The request was carried out and answered with {answer.Status}; the answer is too large, or too secret, to be given twice.", Header);
            return;
        }

        context.Response.StatusCode = answer.Status!.Value;
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        context.Response.Headers[ReplayedHeader] = "true";
        await context.Response.Body.WriteAsync(Convert.FromBase64String(answer.Body), context.RequestAborted);
    }

    /// <summary>An answer that would be the same again. Whatever failed for the moment may be tried again.</summary>
    private static bool IsFinal(HttpContext context) =>
        context.Features.Get<IForwarderErrorFeature>() is null
        && !context.RequestAborted.IsCancellationRequested
        && context.Response.StatusCode is >= 200 and < 500 and not (401 or 403 or 408 or 409 or 425 or 429);

    private static async Task<bool> IsRead(HashedBody asked, CancellationToken ct)
    {
        try
        {
            await asked.Drain(ct);
            return true;
        }
        catch (Exception broken) when (broken is IOException or BadHttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
