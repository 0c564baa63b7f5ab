using System.Net;
using System.Net.Sockets;
using System.Text;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Outbound;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Webhooks;

/// <summary>What came of sending: a status or an error, and whether and when to try again.</summary>
internal sealed record SendOutcome(DeliveryTry Try, bool Taken, bool Gone = false, TimeSpan? RetryAfter = null);

/// <summary>Sends to addresses that tenants chose: the public internet and what the operator allows, checked again at every connection.</summary>
internal sealed class WebhookHttp : IDisposable
{
    public const string Setting = "Aigc:Application:Webhooks:AllowPrivate";

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly GuardedConnect _guard;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly WebhookOptions _options;

    public WebhookHttp(TimeProvider time, IOptions<ApplicationOptions> options)
    {
        (_time, _options) = (time, options.Value.Webhooks);
        _guard = new GuardedConnect(PublicAddresses.And([.. _options.AllowPrivate.Select(network => IPNetwork.Parse(network))]), Setting, "url");
        _http = new HttpClient(_guard.Handler()) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("Aigc-Webhooks/1");
    }

    /// <summary>Refuses a URL that could never be delivered to.</summary>
    /// <exception cref="ProblemException">Names <c>url</c> and what to do.</exception>
    public async Task<Uri> Check(string text, CancellationToken ct)
    {
        const int Longest = 2048;
        if (text.Length > Longest || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
        {
            throw new ProblemException("invalid_value", $"url must be an absolute http or https URL of at most {Longest} characters.", "url");
        }

        if (url.UserInfo.Length > 0)
        {
            throw new ProblemException("invalid_value", "A webhook's URL must not carry credentials; what is sent is signed instead.", "url");
        }

        try
        {
            await _guard.Usable(url.DnsSafeHost, ct);
            return url;
        }
        catch (SocketException e)
        {
            throw new ProblemException("host_not_found", $"'{url.Host}' is not a known host name; check the spelling.", "url", e);
        }
    }

    public async Task<SendOutcome> Send(WebhookEndpoint endpoint, WebhookDelivery delivery, CancellationToken ct)
    {
        var (at, begun) = (_time.GetUtcNow(), _time.GetTimestamp());
        using var request = StandardWebhook.Request(endpoint.Url, delivery.EventId, at, Encoding.UTF8.GetBytes(delivery.Body), [.. Secrets(endpoint, at)]);
        using var patience = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var status = (int)response.StatusCode;
            var meaning = status is >= 300 and < 400 ? "Redirects are not followed; name the final address." : null;
            return new(Tried(status, meaning), response.IsSuccessStatusCode, response.StatusCode == HttpStatusCode.Gone, Wait(response));
        }
        catch (HttpRequestException failure)
        {
            // The guard's refusal names the host alone; other messages may name addresses inside.
            return new(Tried(null, failure.InnerException is ProblemException refused ? refused.Message : $"The endpoint could not be reached: {failure.HttpRequestError}."), Taken: false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new(Tried(null, "The endpoint did not answer in time."), Taken: false);
        }

        DeliveryTry Tried(int? status, string? error) => new(at, status, error, Math.Round(_time.GetElapsedTime(begun).TotalSeconds, 3));
    }

    public void Dispose() => _http.Dispose();

    private static IEnumerable<byte[]> Secrets(WebhookEndpoint endpoint, DateTimeOffset at)
    {
        yield return StandardWebhook.Secret(endpoint.Secret, endpoint.Id);
        if (endpoint.OldSecret is { } old && endpoint.OldUntil > at)
        {
            yield return StandardWebhook.Secret(old, endpoint.Id);
        }
    }

    private TimeSpan? Wait(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var asked = header?.Delta ?? (header?.Date is { } date ? date - _time.GetUtcNow() : null);
        return asked is { } wait && wait > TimeSpan.Zero ? wait < LongestWait ? wait : LongestWait : null;
    }
}
