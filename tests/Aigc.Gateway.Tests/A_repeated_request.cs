using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Aigc.Gateway.Repeats;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Time.Testing;

namespace Aigc.Gateway.Tests;

public sealed class A_repeated_request
{
    [Fact]
    public async Task Gets_the_first_answer_again()
    {
        await using var host = await GatewayHost.Start();
        await using var other = await GatewayHost.Start(beside: host);

        using var first = await Post(host, "/v1/counted", "k", "one");
        using var again = await Post(host, "/v1/counted", "k", "one");
        using var elsewhere = await Post(other, "/v1/counted", "k", "one");
        using var unkeyed = await Post(host, "/v1/counted", null, "one");

        var answer = await first.Content.ReadAsStringAsync();
        Assert.Equal((HttpStatusCode.Created, "1:one"), (first.StatusCode, answer));
        Assert.All([again, elsewhere], repeat =>
        {
            Assert.Equal(first.StatusCode, repeat.StatusCode);
            Assert.Equal("/v1/counted/1", repeat.Headers.Location!.ToString());
            Assert.Equal("text/counted", repeat.Content.Headers.ContentType!.MediaType);
            Assert.Equal("true", repeat.Headers.GetValues("idempotent-replayed").Single());
            Assert.NotEqual(first.Headers.GetValues("x-request-id").Single(), repeat.Headers.GetValues("x-request-id").Single());
        });
        Assert.Equal(answer, await again.Content.ReadAsStringAsync());
        Assert.Equal(answer, await elsewhere.Content.ReadAsStringAsync());
        Assert.Equal("2:one", await unkeyed.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task With_another_body_or_address_is_another_request_and_refused()
    {
        await using var host = await GatewayHost.Start();
        using var _ = await Post(host, "/v1/counted", "k", "one");

        using var body = await Post(host, "/v1/counted", "k", "two");
        using var address = await Post(host, "/v1/counted?x=1", "k", "one");

        Assert.All([body, address], response => Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode));
        Assert.Equal("idempotency_key_reused", (await The_door.Error(body)).GetProperty("code").GetString());
        Assert.Equal(1, host.Upstream.Counted);
    }

    [Fact]
    public async Task Of_another_caller_is_another_request()
    {
        await using var host = await GatewayHost.Start();
        using var first = await Post(host, "/v1/counted", "k", "one");
        using var second = await Post(host, "/v1/counted", "k", "one", await host.NewKey("default", "*"));
        using var third = await Post(host, "/v1/counted", "k", "one", await host.NewKey("acme", "*"));

        Assert.Equal(3, host.Upstream.Counted);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public async Task Needs_a_key_that_can_be_one(int length)
    {
        var key = new string('k', length);
        await using var host = await GatewayHost.Start();

        using var response = await Post(host, "/v1/counted", key, "one");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(0, host.Upstream.Counted);
    }

    [Fact]
    public async Task Sent_by_many_at_once_to_two_gateways_is_carried_out_once()
    {
        await using var host = await GatewayHost.Start();
        await using var other = await GatewayHost.Start(beside: host);

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            while (true)
            {
                var response = await Post(i % 2 == 0 ? host : other, "/v1/counted", "k", "one");
                if (response.StatusCode != HttpStatusCode.Conflict)
                {
                    return await response.Content.ReadAsStringAsync();
                }

                Assert.Equal(1, response.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
                await Task.Delay(20);
            }
        }));

        Assert.All(answers, answer => Assert.Equal("1:one", answer));
        Assert.Equal(1, host.Upstream.Counted);
    }

    [Fact]
    public async Task Waits_while_the_first_is_under_way()
    {
        await using var host = await GatewayHost.Start();
        var first = Post(host, "/v1/held", "k", "one");
        await host.Upstream.Held;

        using var second = await Post(host, "/v1/held", "k", "one");
        host.Upstream.LetGo();
        using var answered = await first;
        using var third = await Post(host, "/v1/held", "k", "one");

        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal("idempotency_key_in_use", (await The_door.Error(second)).GetProperty("code").GetString());
        Assert.Equal(await answered.Content.ReadAsStringAsync(), await third.Content.ReadAsStringAsync());
        Assert.Equal(1, host.Upstream.Counted);
    }

    [Fact]
    public async Task Is_carried_out_again_when_the_process_that_had_the_first_is_dead()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = await GatewayHost.Start(time: time);
        var caller = (await host.Keys.Find(host.Key))!;
        var dead = new AnswerBook(host.Get<IDocumentStore<KeptAnswer>>(), time);
        var id = Aigc.Storage.Artifacts.Digest.OfParts("default", caller.Id, "k");
        var begun = await dead.Begin(id, default);

        using var early = await Post(host, "/v1/counted", "k", "one");
        time.Advance(AnswerBook.Lease);
        using var late = await Post(host, "/v1/counted", "k", "one");
        // It was not dead, only slow: what it has to say now is too late.
        await dead.Keep(id, begun.Token!.Value, answer => answer.Status = 500);
        using var again = await Post(host, "/v1/counted", "k", "one");

        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        Assert.Equal("1:one", await late.Content.ReadAsStringAsync());
        Assert.Equal("1:one", await again.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Tries_again_what_failed_for_the_moment()
    {
        await using var host = await GatewayHost.Start();

        using var failed = await Post(host, "/v1/fails-once", "k", "one");
        using var again = await Post(host, "/v1/fails-once", "k", "one");
        using var away = await Post(host, "/api/publications", "k2", "one");
        using var awayAgain = await Post(host, "/api/publications", "k2", "one");

        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.All([away, awayAgain], response => Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode));
    }

    [Fact]
    public async Task Gets_a_stream_again_as_it_was()
    {
        await using var host = await GatewayHost.Start();

        using var first = await Post(host, "/v1/events", "k", "one");
        using var again = await Post(host, "/v1/events", "k", "one");

        Assert.Equal("data: 1\n\ndata: one\n\ndata: [DONE]\n\n", await first.Content.ReadAsStringAsync());
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal("text/event-stream", again.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Gets_the_answer_its_client_did_not_wait_for()
    {
        await using var host = await GatewayHost.Start();
        using var hangUp = new CancellationTokenSource();
        var first = Post(host, "/v1/held", "k", "one", ct: hangUp.Token);
        await host.Upstream.Held;

        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        host.Upstream.LetGo();

        HttpResponseMessage? again = null;
        await Api.Until(async () => (again = await Post(host, "/v1/held", "k", "one")).StatusCode != HttpStatusCode.Conflict);
        Assert.Equal("true", again!.Headers.GetValues("idempotent-replayed").Single());
        Assert.Equal(1, host.Upstream.Counted);
    }

    [Fact]
    public async Task Does_not_keep_a_stream_going_for_a_client_that_hung_up()
    {
        await using var host = await GatewayHost.Start();
        using var hangUp = new CancellationTokenSource();
        using var request = Request("/v1/endless", "k", "one");
        using var client = host.Program();
        using (var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            await (await response.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[8]);
        }

        await host.Upstream.Aborted.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Of_an_answer_too_large_to_keep_is_not_carried_out_again()
    {
        await using var host = await GatewayHost.Start(new() { ["Aigc:Gateway:MaxKeptAnswerBytes"] = "1000" });
        var body = new string('x', 2000);

        using var first = await Post(host, "/v1/counted", "k", body);
        using var again = await Post(host, "/v1/counted", "k", body);

        Assert.Equal("1:" + body, await first.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal("idempotency_answer_not_kept", (await The_door.Error(again)).GetProperty("code").GetString());
        Assert.Equal(1, host.Upstream.Counted);
    }

    [Fact]
    public async Task For_a_new_key_gets_no_secret_twice_and_leaves_none_behind()
    {
        await using var host = await GatewayHost.Start();
        using var first = Request("/api/keys", "k", """{"scopes":["look"]}""");
        using var again = Request("/api/keys", "k", """{"scopes":["look"]}""");
        using var client = host.Program();

        var made = await (await client.SendAsync(first)).Content.ReadFromJsonAsync<System.Text.Json.JsonElement>();
        using var refused = await client.SendAsync(again);

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal(2, (await client.Get("/api/keys")).GetProperty("data").GetArrayLength());
        var kept = (await host.Get<IDocumentStore<KeptAnswer>>().Query(new DocumentQuery<KeptAnswer>())).Single();
        Assert.DoesNotContain(made.Text("secret"), DocumentJson.Write(kept), StringComparison.Ordinal);
        Assert.Null(kept.Body);
    }

    private static async Task<HttpResponseMessage> Post(GatewayHost host, string path, string? key, string body, string? caller = null, CancellationToken ct = default)
    {
        using var client = host.Program(caller);
        return await client.SendAsync(Request(path, key, body), ct);
    }

    private static HttpRequestMessage Request(string path, string? key, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")) };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return request;
    }
}
