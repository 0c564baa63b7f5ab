using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aigc.Application.Jobs;
using Aigc.Application.Webhooks;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults.Outbound;
using Aigc.Storage.Documents;

namespace Aigc.Application.Tests.Webhooks;

public sealed class A_webhook : ServiceTest
{
    internal static readonly (string, string)[] Local =
    [
        ("Aigc:Application:Webhooks:AllowPrivate:0", "127.0.0.0/8"),
        ("Aigc:Application:Webhooks:Retries:0", "00:00:00.010"),
        ("Aigc:Application:Webhooks:Retries:1", "00:00:00.010"),
    ];

    [Fact]
    public async Task Tells_the_end_of_a_job_once_and_signed()
    {
        await using var receiver = await Receiver.Start();
        await using var host = await ApplicationHost.Start(DataRoot, settings: Local);
        var endpoint = await Create(host, receiver, "job.succeeded");
        var id = Guid.NewGuid();

        await host.Bus.Publish(Changed(id, JobStatus.Succeeded, 1));
        var call = (await receiver.Gets(1))[0];
        await host.Bus.Publish(Changed(id, JobStatus.Succeeded, 2));
        await host.Bus.Publish(Changed(Guid.NewGuid(), JobStatus.Failed, 1));
        await host.Bus.Publish(Changed(Guid.NewGuid(), JobStatus.Succeeded, 1, tenant: "other"));
        var last = Guid.NewGuid();
        await host.Bus.Publish(Changed(last, JobStatus.Succeeded, 1));
        await ApplicationHost.Until<object>(() => Task.FromResult(receiver.Calls.Any(c => c.Body.Contains(last.ToString(), StringComparison.Ordinal)) ? new object() : null));

        Assert.Equal(2, receiver.Calls.Count);
        Assert.Equal(Signature(endpoint.GetProperty("secret").GetString()!, call), call.Signature);
        var told = JsonDocument.Parse(call.Body).RootElement;
        Assert.Equal((call.Id, "event", "job.succeeded", id.ToString()), (
            told.GetProperty("id").GetString(), told.GetProperty("object").GetString(), told.GetProperty("type").GetString(), told.GetProperty("data").GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Tells_the_end_of_a_job_that_a_crash_kept_from_being_told()
    {
        await using var receiver = await Receiver.Start();
        await using var host = await ApplicationHost.Start(DataRoot, settings: Local);
        await Create(host, receiver, "job.failed");
        var id = Guid.NewGuid().ToString();

        // What a crash between "written" and "told" leaves behind.
        await host.Get<IDocumentStore<JobDocument>>().Insert(new JobDocument
        {
            Id = id,
            RootId = id,
            Kind = JobKinds.Chain,
            Tenant = ApplicationHost.Tenant,
            Status = JobStatus.Failed,
            CreatedAt = DateTimeOffset.UnixEpoch,
            Due = DateTimeOffset.UnixEpoch,
        });

        Assert.Contains(id, (await receiver.Gets(1))[0].Body, StringComparison.Ordinal);
        await host.Job(Guid.Parse(id), job => job.Due is null);
    }

    [Fact]
    public async Task Tells_the_end_of_a_background_response()
    {
        await using var receiver = await Receiver.Start();
        await using var host = await ApplicationHost.Start(DataRoot, settings: Local);
        await Create(host, receiver, "response.completed");

        var response = await Json(await host.Client.PostAsJsonAsync("/v1/responses", new { model = "small-one", input = "Hi", background = true }));
        await host.Bus.Publish(Changed((await host.Neighbours.Ordered.Reader.ReadAsync()).GenerationId, JobStatus.Succeeded, 1, kind: JobKinds.Generation));

        var told = JsonDocument.Parse((await receiver.Gets(1))[0].Body).RootElement;
        Assert.Equal(("response.completed", response.GetProperty("id").GetString()), (told.GetProperty("type").GetString(), told.GetProperty("data").GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Is_tried_again_under_the_same_id_and_the_log_tells_each_try()
    {
        await using var receiver = await Receiver.Start(call => call switch { 0 => 500, 1 => 302, _ => 200 });
        await using var host = await ApplicationHost.Start(DataRoot, settings: Local);
        var id = Id(await Create(host, receiver, "*"));

        await host.Client.PostAsync($"/api/webhooks/{id}/test", null);
        var calls = await receiver.Gets(3);
        var delivery = await Delivery(host, id, "delivered");

        Assert.Single(calls.Select(call => call.Id).Distinct());
        Assert.Equal([500, 302, 200], delivery.GetProperty("tries").EnumerateArray().Select(t => t.GetProperty("status").GetInt32()));
        Assert.Contains("Redirects", delivery.GetProperty("tries")[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(receiver.Calls, call => call.Id == "redirected");
    }

    [Fact]
    public async Task That_was_given_up_is_replayed_by_id_and_since_a_time()
    {
        var up = false;
        await using var receiver = await Receiver.Start(_ => Volatile.Read(ref up) ? 200 : 503);
        await using var host = await ApplicationHost.Start(DataRoot, settings: Local);
        var id = Id(await Create(host, receiver, "*"));
        await host.Client.PostAsync($"/api/webhooks/{id}/test", null);
        var failed = await Delivery(host, id, "failed");
        Assert.Equal(3, failed.GetProperty("attempts").GetInt32());
        Volatile.Write(ref up, true);

        var one = await host.Client.PostAsJsonAsync($"/api/webhooks/{id}/replay", new { delivery = Id(failed) });
        await Delivery(host, id, "delivered");
        var since = await Json(await host.Client.PostAsJsonAsync($"/api/webhooks/{id}/replay", new { since = "2000-01-01T00:00:00Z" }));
        await receiver.Gets(5);

        Assert.Equal(HttpStatusCode.Accepted, one.StatusCode);
        Assert.Equal(1, since.GetProperty("deliveries").GetInt32());
        Assert.Single(receiver.Calls.Select(call => call.Id).Distinct());
    }

    [Fact]
    public async Task Is_sent_in_the_next_life_of_the_process()
    {
        await using var receiver = await Receiver.Start();
        await using (var first = await ApplicationHost.Start(DataRoot, settings: [.. Local, ("Aigc:Bus:SweepEvery", "01:00:00")]))
        {
            // The sweep has looked before the delivery is there, and does not look again in this life.
            var id = Id(await Create(first, receiver, "*"));
            await first.Client.PostAsync($"/api/webhooks/{id}/test", null);
        }

        await using var next = await ApplicationHost.Start(DataRoot, settings: Local);

        Assert.Contains("webhook.test", (await receiver.Gets(1))[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signs_with_both_secrets_while_they_change()
    {
        await using var receiver = await Receiver.Start();
        await using var host = await ApplicationHost.Start(DataRoot, settings: Local);
        var endpoint = await Create(host, receiver, "*");
        var rotated = await Json(await host.Client.PostAsync($"/api/webhooks/{Id(endpoint)}/rotate", null));

        await host.Client.PostAsync($"/api/webhooks/{Id(endpoint)}/test", null);
        var call = (await receiver.Gets(1))[0];

        Assert.Equal([rotated, endpoint], call.Signature.Split(' ').Select(signature => new[] { rotated, endpoint }.Single(e => Signature(e.GetProperty("secret").GetString()!, call) == signature)), (a, b) => a.GetRawText() == b.GetRawText());
        Assert.False((await Json(await host.Client.GetAsync($"/api/webhooks/{Id(endpoint)}"))).TryGetProperty("secret", out _));
    }

    [Fact]
    public async Task That_is_gone_is_switched_off_until_somebody_switches_it_on()
    {
        await using var receiver = await Receiver.Start(call => call == 0 ? 410 : 200);
        await using var host = await ApplicationHost.Start(DataRoot, settings: Local);
        var id = Id(await Create(host, receiver, "*"));
        await host.Client.PostAsync($"/api/webhooks/{id}/test", null);
        await Until(host, id, endpoint => !endpoint.GetProperty("enabled").GetBoolean());

        var ended = Guid.NewGuid();
        await host.Bus.Publish(Changed(ended, JobStatus.Failed, 1));
        await host.Job(ended, job => job is { Status: JobStatus.Failed, Due: null });
        var replay = await host.Client.PostAsJsonAsync($"/api/webhooks/{id}/replay", new { since = "2000-01-01T00:00:00Z" });
        var enabled = await Json(await host.Client.PostAsync($"/api/webhooks/{id}/enable", null));
        await host.Client.PostAsync($"/api/webhooks/{id}/test", null);
        await receiver.Gets(2);

        Assert.Equal(HttpStatusCode.BadRequest, replay.StatusCode);
        Assert.True(enabled.GetProperty("enabled").GetBoolean());
        Assert.DoesNotContain(receiver.Calls, call => call.Body.Contains("job.failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task That_only_fails_is_switched_off_after_a_while()
    {
        await using var receiver = await Receiver.Start(_ => 500);
        await using var host = await ApplicationHost.Start(DataRoot, settings: [.. Local, ("Aigc:Application:Webhooks:DisableAfter", "00:00:00.001")]);
        var id = Id(await Create(host, receiver, "*"));

        await host.Client.PostAsync($"/api/webhooks/{id}/test", null);

        var off = await Until(host, id, endpoint => !endpoint.GetProperty("enabled").GetBoolean());
        Assert.Equal("The endpoint has failed for too long.", off.GetProperty("disabledBecause").GetString());
    }

    [Theory]
    [InlineData("http://127.0.0.1/hook", "address_not_allowed")]
    [InlineData("http://localhost:8080/hook", "address_not_allowed")]
    [InlineData("http://0.0.0.0/hook", "address_not_allowed")]
    [InlineData("http://[::]/hook", "address_not_allowed")]
    [InlineData("http://[::1]/hook", "address_not_allowed")]
    [InlineData("http://[::ffff:127.0.0.1]/hook", "address_not_allowed")]
    [InlineData("http://[64:ff9b::7f00:1]/hook", "address_not_allowed")]
    [InlineData("http://169.254.169.254/latest/meta-data", "address_not_allowed")]
    [InlineData("https://10.0.0.1/hook", "address_not_allowed")]
    [InlineData("http://2130706433/hook", "address_not_allowed")]
    [InlineData("http://0x7f.1/hook", "address_not_allowed")]
    [InlineData("file:///etc/passwd", "invalid_value")]
    [InlineData("gopher://93.184.216.34/", "invalid_value")]
    [InlineData("http://user:password@93.184.216.34/", "invalid_value")]
    [InlineData("/hook", "invalid_value")]
    public async Task To_where_it_must_not_go_is_refused_when_it_is_made(string url, string code)
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var response = await host.Client.PostAsJsonAsync("/api/webhooks", new { url, events = new[] { "*" } });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await Json(response)).GetProperty("error");
        Assert.Equal((code, "url"), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task To_an_address_that_may_not_be_any_more_is_refused_when_it_is_sent()
    {
        await using var receiver = await Receiver.Start();
        await using var host = await ApplicationHost.Start(DataRoot);
        // What is left behind when a name changes its address after it was checked.
        var endpoint = new WebhookEndpoint
        {
            Id = "wh_x",
            Tenant = ApplicationHost.Tenant,
            Url = new Uri(receiver.Url),
            Events = ["*"],
            CreatedAt = DateTimeOffset.UnixEpoch,
            Secret = StandardWebhook.NewSecret(),
        };
        await host.Get<IDocumentStore<WebhookEndpoint>>().Insert(endpoint);

        await host.Client.PostAsync("/api/webhooks/wh_x/test", null);
        var delivery = await ApplicationHost.Until(async () => await Newest(host, "wh_x") is { } newest && newest.GetProperty("tries").GetArrayLength() > 0 ? Tuple.Create(newest) : null);

        Assert.Contains("AllowPrivate", delivery.Item1.GetProperty("tries")[0].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(receiver.Calls);
    }

    [Fact]
    public async Task Belongs_to_its_tenant_and_is_listed_by_pages()
    {
        await using var receiver = await Receiver.Start();
        await using var host = await ApplicationHost.Start(DataRoot, settings: Local);
        string[] made = [Id(await Create(host, receiver, "*")), Id(await Create(host, receiver, "*")), Id(await Create(host, receiver, "*"))];
        using var stranger = host.ClientOf("other");

        var first = await Json(await host.Client.GetAsync("/api/webhooks?limit=2"));
        var rest = await Json(await host.Client.GetAsync($"/api/webhooks?after={first.GetProperty("last_id").GetString()}"));

        Assert.Equal(made.Reverse(), first.GetProperty("data").EnumerateArray().Concat(rest.GetProperty("data").EnumerateArray()).Select(Id));
        Assert.Equal((true, false), (first.GetProperty("has_more").GetBoolean(), rest.GetProperty("has_more").GetBoolean()));
        Assert.Equal(0, (await Json(await stranger.GetAsync("/api/webhooks"))).GetProperty("data").GetArrayLength());
        Assert.All(
            await Task.WhenAll(stranger.GetAsync($"/api/webhooks/{made[0]}"), stranger.GetAsync($"/api/webhooks/{made[0]}/deliveries"), stranger.PostAsync($"/api/webhooks/{made[0]}/rotate", null), stranger.DeleteAsync($"/api/webhooks/{made[0]}")),
            response => Assert.Equal(HttpStatusCode.NotFound, response.StatusCode));
        Assert.Equal(HttpStatusCode.OK, (await host.Client.DeleteAsync($"/api/webhooks/{made[0]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync($"/api/webhooks/{made[0]}")).StatusCode);
    }

    [Theory]
    [InlineData("""{"url":"http://127.0.0.1/","events":[]}""", "events")]
    [InlineData("""{"url":"http://127.0.0.1/","events":["job.exploded"]}""", "events")]
    [InlineData("""{"events":["*"]}""", "url")]
    public async Task With_a_bad_wish_is_refused_by_name(string body, string param)
    {
        await using var host = await ApplicationHost.Start(DataRoot, settings: Local);

        var response = await host.Client.PostAsync("/api/webhooks", new StringContent(body, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(param, (await Json(response)).GetProperty("error").GetProperty("param").GetString());
    }

    internal static async Task<JsonElement> Create(ApplicationHost host, Receiver receiver, params string[] events)
    {
        var response = await host.Client.PostAsJsonAsync("/api/webhooks", new { url = receiver.Url, events });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return await Json(response);
    }

    private static string Id(JsonElement thing) => thing.GetProperty("id").GetString()!;

    internal static string Signature(string secret, Call call) =>
        $"v1,{Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{call.Id}.{call.Timestamp}.{call.Body}")))}";

    private static async Task<JsonElement?> Newest(ApplicationHost host, string id) =>
        (await Json(await host.Client.GetAsync($"/api/webhooks/{id}/deliveries"))).GetProperty("data") is var data && data.GetArrayLength() > 0 ? data[0] : null;

    private static async Task<JsonElement> Delivery(ApplicationHost host, string id, string status) => (await ApplicationHost.Until(async () =>
        await Newest(host, id) is { } newest && newest.GetProperty("status").GetString() == status ? Tuple.Create(newest) : null)).Item1;

    private static async Task<JsonElement> Until(ApplicationHost host, string id, Func<JsonElement, bool> when) => (await ApplicationHost.Until(async () =>
        await Json(await host.Client.GetAsync($"/api/webhooks/{id}")) is var endpoint && when(endpoint) ? Tuple.Create(endpoint) : null)).Item1;
}
