using System.Collections.Concurrent;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Webhooks;

/// <summary>
/// Sends what is due. A delivery is claimed by writing its next deadline, so that of several processes one sends it and a crash of that
/// one costs a repeat, never the event. Order is not promised.
/// </summary>
internal sealed partial class WebhookDispatcher(
    IDocumentStore<WebhookEndpoint> endpoints,
    IDocumentStore<WebhookDelivery> deliveries,
    WebhookHttp http,
    TimeProvider time,
    IOptions<BusOptions> busOptions,
    IOptions<ApplicationOptions> options,
    ILogger<WebhookDispatcher> logger) : BackgroundService
{
    private const int Page = 64;
    private const int KeptTries = 20;
    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, int> _busy = new();
    private readonly ConcurrentDictionary<string, Task> _sending = new();

    private WebhookOptions Options => options.Value.Webhooks;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(busOptions.Value.SweepEvery, time);
        try
        {
            do
            {
                try
                {
                    await SendDue(stoppingToken);
                    await Forget(stoppingToken);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    SweepFailed(logger, failure);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        finally
        {
            await Task.WhenAll(_sending.Values);
        }
    }

    private async Task SendDue(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        foreach (var delivery in await deliveries.Query(new DocumentQuery<WebhookDelivery>().AtMost(d => d.Due, now).OrderBy(d => d.Due).Take(Page), ct))
        {
            if (_sending.Count >= Options.AtOnce)
            {
                return;
            }

            var busy = _busy.GetValueOrDefault(delivery.EndpointId) >= Options.AtOncePerEndpoint;
            // An endpoint with its hands full goes back in the queue: it must not stand before the others.
            delivery.Due = now + (busy ? BusyPause : Options.Timeout + Options.Timeout);
            delivery.Attempts += busy ? 0 : 1;
            if (await deliveries.Replace(delivery, ct) && !busy)
            {
                Start(delivery, ct);
            }
        }
    }

    private void Start(WebhookDelivery delivery, CancellationToken ct)
    {
        _busy.AddOrUpdate(delivery.EndpointId, 1, (_, count) => count + 1);
        var begun = new TaskCompletionSource();
        _sending[delivery.Id] = Run();
        begun.SetResult();

        async Task Run()
        {
            await begun.Task.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            try
            {
                await Send(delivery, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                // The next life of this process, or another one, sends it when its claim has run out.
            }
            catch (Exception failure)
            {
                SendFailed(logger, failure, delivery.Id);
            }
            finally
            {
                _busy.AddOrUpdate(delivery.EndpointId, 0, (_, count) => count - 1);
                _sending.TryRemove(delivery.Id, out _);
            }
        }
    }

    private async Task Send(WebhookDelivery delivery, CancellationToken ct)
    {
        if (await endpoints.Find(delivery.EndpointId, ct) is not { } endpoint)
        {
            await deliveries.Delete(delivery.Id, ct);
            return;
        }

        if (endpoint.Disabled is not null)
        {
            await Note(delivery, new SendOutcome(new DeliveryTry(time.GetUtcNow(), null, "The endpoint is switched off.", 0), Taken: false), givenUp: true, ct);
            return;
        }

        var outcome = await http.Send(endpoint, delivery, ct);
        await Note(delivery, outcome, givenUp: outcome.Gone || delivery.Failures >= Options.Pauses.Length, ct);
        await Judge(endpoint, outcome, ct);
    }

    private Task<WebhookDelivery?> Note(WebhookDelivery delivery, SendOutcome outcome, bool givenUp, CancellationToken ct) => deliveries.TryUpdate(
        delivery.Id,
        stored =>
        {
            if (stored.Attempts != delivery.Attempts)
            {
                // This one took longer than its claim and somebody else is at it.
                return false;
            }

            stored.Tries = [.. stored.Tries.TakeLast(KeptTries - 1), outcome.Try];
            (stored.Status, stored.Due) = outcome.Taken ? (DeliveryStatus.Delivered, (DateTimeOffset?)null)
                : givenUp ? (DeliveryStatus.Failed, null)
                : (DeliveryStatus.Pending, time.GetUtcNow() + Pause(stored, outcome));
            stored.Failures += outcome.Taken ? 0 : 1;
            return true;
        },
        ct);

    // A receiver that comes back is not met by all that waited for it in the same instant: up to a tenth more, by the delivery's id.
    private TimeSpan Pause(WebhookDelivery delivery, SendOutcome outcome)
    {
        var pause = Options.Pauses[delivery.Failures];
        pause += pause * (Convert.ToByte(delivery.Id[^2..], 16) / 2560.0);
        return outcome.RetryAfter is { } asked && asked > pause ? asked : pause;
    }

    private async Task Judge(WebhookEndpoint endpoint, SendOutcome outcome, CancellationToken ct)
    {
        if (outcome.Taken && endpoint.FailingSince is null)
        {
            return;
        }

        await endpoints.TryUpdate(
            endpoint.Id,
            stored =>
            {
                stored.FailingSince = outcome.Taken ? null : stored.FailingSince ?? outcome.Try.At;
                stored.Disabled ??= outcome.Gone ? "The endpoint answered 410 Gone."
                    : time.GetUtcNow() - stored.FailingSince >= Options.DisableAfter ? "The endpoint has failed for too long."
                    : null;
                return true;
            },
            ct);
    }

    private async Task Forget(CancellationToken ct)
    {
        foreach (var delivery in await deliveries.Query(new DocumentQuery<WebhookDelivery>().AtMost(d => d.Expires, time.GetUtcNow()).Take(Page), ct))
        {
            await deliveries.Delete(delivery.Id, ct);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweep of webhooks failed and will be tried again.")]
    private static partial void SweepFailed(ILogger logger, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Delivery {Delivery} could not be noted and will be sent again.")]
    private static partial void SendFailed(ILogger logger, Exception failure, string delivery);
}
