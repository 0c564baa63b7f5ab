using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Aigc.Contracts.Distribution;
using Aigc.Distribution.Publications;
using Aigc.Provenance.Reading;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Outbound;
using Aigc.Storage.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aigc.Distribution.Tests;

public sealed class A_webhook
{
    private static readonly byte[] Secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    [Fact]
    public async Task Is_signed_as_standard_webhooks_asks()
    {
        await using var receiver = await Receiver.Start(_ => 204);
        await using var host = await DistributionHost.Start(Settings());
        var id = Guid.NewGuid();

        Assert.IsType<ContentPublished>(await host.Publish(await host.Content(), Channel(receiver), id));

        var call = Assert.Single(receiver.Calls);
        Assert.Equal(id.ToString(), call.Id);
        var signed = Encoding.UTF8.GetBytes($"{call.Id}.{call.Timestamp}.{call.Body}");
        Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(Secret, signed))}", call.Signature);
        Assert.Empty(MarkReader.ReadJson(call.Body).Missing);
    }

    [Fact]
    public async Task That_asks_to_wait_is_tried_again_under_the_same_id()
    {
        await using var receiver = await Receiver.Start(call => call == 0 ? 429 : 200);
        await using var host = await DistributionHost.Start(Settings());
        Assert.IsType<ContentPublished>(await host.Publish(await host.Content(), Channel(receiver)));
        Assert.Equal(2, receiver.Calls.Count);
        Assert.Single(receiver.Calls.Select(call => call.Id).Distinct());
    }

    [Fact]
    public async Task That_refuses_fails_the_publication_at_once()
    {
        await using var receiver = await Receiver.Start(_ => 403);
        await using var host = await DistributionHost.Start(Settings());
        var failed = Assert.IsType<PublicationFailed>(await host.Publish(await host.Content(), Channel(receiver)));
        Assert.Equal("channel_refused", failed.Problem.Code);
        Assert.Single(receiver.Calls);
    }

    [Fact]
    public async Task That_redirects_is_not_followed()
    {
        await using var receiver = await Receiver.Start(_ => 307);
        await using var host = await DistributionHost.Start(Settings());
        var failed = Assert.IsType<PublicationFailed>(await host.Publish(await host.Content(), Channel(receiver)));
        Assert.Equal("channel_refused", failed.Problem.Code);
        Assert.Single(receiver.Calls);
    }

    [Fact]
    public async Task That_never_answers_has_an_unknown_outcome_and_a_repeat_carries_the_same_id()
    {
        await using var receiver = await Receiver.Start(call => call == 0 ? null : 200);
        await using var host = await DistributionHost.Start(Settings(timeout: "00:00:00.500"));
        var content = await host.Content();

        var failed = Assert.IsType<PublicationFailed>(await host.Publish(content, Channel(receiver)));
        Assert.Equal("outcome_unknown", failed.Problem.Code);
        var record = Assert.Single(await host.Get<IDocumentStore<PublicationRecord>>().Query(new()));
        Assert.Equal(PublicationState.OutcomeUnknown, record.State);

        Assert.IsType<ContentPublished>(await host.Publish(content, Channel(receiver)));
        Assert.Equal(2, receiver.Calls.Count);
        Assert.Single(receiver.Calls.Select(call => call.Id).Distinct());
    }

    [Fact]
    public async Task Does_not_reach_this_machine_unless_the_operator_allowed_it()
    {
        await using var receiver = await Receiver.Start(_ => 200);
        var settings = Settings();
        settings.Remove("Aigc:Distribution:AllowedNetworks:0");
        await using var host = await DistributionHost.Start(settings);

        var failed = Assert.IsType<PublicationFailed>(await host.Publish(await host.Content(), Channel(receiver)));

        Assert.Equal("address_not_allowed", failed.Problem.Code);
        Assert.Empty(receiver.Calls);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "s", "channel_incomplete")]
    [InlineData("gopher://example.org/", "s", "channel_incomplete")]
    [InlineData("http://user:password@example.org/", "s", "channel_incomplete")]
    [InlineData("http://example.org/", "other", "webhook_secret_missing")]
    public async Task With_a_bad_specification_is_refused(string url, string secret, string code)
    {
        await using var host = await DistributionHost.Start(Settings());
        var failed = Assert.IsType<PublicationFailed>(await host.Publish(await host.Content(), new() { Kind = "webhook", Url = new(url), SecretName = secret }));
        Assert.Equal(code, failed.Problem.Code);
    }

    [Fact]
    public void Signature_matches_the_example_of_the_specification()
    {
        var secret = StandardWebhook.Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "s");
        var signature = StandardWebhook.Sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), Encoding.UTF8.GetBytes("{\"test\": 2432232314}"));
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    [Theory]
    [InlineData("whsec_short")]
    [InlineData("whsec_not base64 at all, whatever else it is")]
    public void A_weak_secret_is_refused(string secret) => Assert.Throws<ProblemException>(() => StandardWebhook.Secret(secret, "s"));

    private static Dictionary<string, string?> Settings(string timeout = "00:00:10") => new()
    {
        ["Aigc:Distribution:WebhookSecrets:s"] = $"whsec_{Convert.ToBase64String(Secret)}",
        ["Aigc:Distribution:AllowedNetworks:0"] = "127.0.0.0/8",
        ["Aigc:Distribution:WebhookTimeout"] = timeout,
    };

    private static ChannelSpec Channel(Receiver receiver) => new() { Kind = "webhook", Url = receiver.Url, SecretName = "s" };

    private sealed record Call(string Id, string Timestamp, string Signature, string Body);

    /// <summary>Somebody's endpoint; null as an answer is none at all.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private Receiver(WebApplication app) => _app = app;

        public ConcurrentQueue<Call> Calls { get; } = new();

        public Uri Url => new($"{_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()}/hook");

        public static async Task<Receiver> Start(Func<int, int?> answer)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.Configuration.AddInMemoryCollection([new("urls", "http://127.0.0.1:0")]);
            var receiver = new Receiver(builder.Build());
            receiver._app.MapPost("/hook", async (HttpContext http) =>
            {
                using var reader = new StreamReader(http.Request.Body);
                var headers = http.Request.Headers;
                var number = receiver.Calls.Count;
                receiver.Calls.Enqueue(new(headers["webhook-id"]!, headers["webhook-timestamp"]!, headers["webhook-signature"]!, await reader.ReadToEndAsync()));
                if (answer(number) is not { } status)
                {
                    await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                    return;
                }

                http.Response.StatusCode = status;
                http.Response.Headers.Location = "/elsewhere";
                http.Response.Headers.RetryAfter = "1";
            });
            await receiver._app.StartAsync();
            return receiver;
        }

        public async ValueTask DisposeAsync()
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }
}
