using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aigc.Contracts.Distribution;
using Aigc.Distribution.Marking;
using Aigc.Provenance.Placing;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Outbound;
using Microsoft.Extensions.Options;

namespace Aigc.Distribution.Channels.Webhooks;

/// <summary>
/// A signed POST (Standard Webhooks). The webhook-id is the publication's id and stays the same for every repeat, so that the receiver can tell a
/// repeat from news. Redirects are not followed: the signature is for the address that was named.
/// </summary>
internal sealed class WebhookChannel(HttpClient http, MarkGate gate, TimeProvider time, IOptions<DistributionOptions> options) : IChannel
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JsonMarks.Encoder };

    public string Kind => "webhook";

    public string Address(ChannelSpec spec)
    {
        if (spec.Url is not { IsAbsoluteUri: true } url || url.Scheme is not ("http" or "https"))
            throw new ProblemException("channel_incomplete", "A webhook channel needs an http or https URL.", "channel.url");
        if (url.UserInfo.Length > 0)
            throw new ProblemException("channel_incomplete", "A webhook URL must not carry credentials; it is signed instead.", "channel.url");
        SecretOf(spec);
        return url.AbsoluteUri;
    }

    public async Task<string> Deliver(Parcel parcel, CancellationToken ct)
    {
        var body = Compose(parcel);
        // What has been sent cannot be read again: the gate stands before the door here.
        gate.Check(body, parcel.Text);
        using var request = Sign(parcel, body);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.Value.WebhookTimeout);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            Judge(response);
            return parcel.Address;
        }
        catch (HttpRequestException e) when (e.InnerException is ProblemException refused)
        {
            throw refused;
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            // No byte of the request has left.
            throw new ChannelBusyException($"{parcel.Spec.Url!.Host} cannot be reached.", null);
        }
        catch (HttpRequestException e)
        {
            throw new OutcomeUnknownException($"The connection to {parcel.Spec.Url!.Host} broke before it answered.", e);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new OutcomeUnknownException($"{parcel.Spec.Url!.Host} did not answer in time.", e);
        }
    }

    public Task<byte[]?> ReadBack(Parcel parcel, CancellationToken ct) => Task.FromResult<byte[]?>(Compose(parcel));

    public Task TakeBack(Parcel parcel, CancellationToken ct) =>
        throw new ProblemException("take_down_impossible", "What a webhook has received is its receiver's: ask the receiver to take it down.");

    private static byte[] Compose(Parcel parcel)
    {
        var payload = new JsonObject
        {
            ["type"] = "content.published",
            ["timestamp"] = parcel.At.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["data"] = JsonMarks.Write(parcel.Text),
        };
        return JsonSerializer.SerializeToUtf8Bytes(payload, Json);
    }

    private HttpRequestMessage Sign(Parcel parcel, byte[] body)
    {
        var (id, now) = (parcel.PublicationId.ToString(), time.GetUtcNow());
        return StandardWebhook.Request(parcel.Spec.Url!, id, now, body, SecretOf(parcel.Spec));
    }

    private byte[] SecretOf(ChannelSpec spec) => spec.SecretName is { Length: > 0 } name && options.Value.WebhookSecrets.TryGetValue(name, out var secret)
        ? StandardWebhook.Secret(secret, name)
        : throw new ProblemException("webhook_secret_missing", $"There is no webhook secret '{spec.SecretName}'; set Aigc:Distribution:WebhookSecrets:<name>.", "channel.secretName");

    private void Judge(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (response.IsSuccessStatusCode)
            return;
        if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || status >= 500)
            throw new ChannelBusyException($"The webhook answered {status}.", RetryAfter(response.Headers.RetryAfter));
        throw new ProblemException(
            "channel_refused",
            status is >= 300 and < 400 ? $"The webhook answered {status}; redirects are not followed, name the final address." : $"The webhook answered {status}.",
            "channel.url");
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        var asked = header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
        return asked is { } wait && wait > TimeSpan.Zero ? wait : null;
    }
}
