using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Aigc.Gateway.Tests;

public sealed class The_edge
{
    [Fact]
    public async Task Says_at_once_that_a_tenant_has_too_much_under_way()
    {
        await using var host = await GatewayHost.Start(new() { ["Aigc:Gateway:MaxConcurrentPerTenant"] = "1" });
        using var client = host.Program();
        using var other = host.Program(await host.NewKey("acme", "*"));
        var held = client.PostAsync("/v1/held", new StringContent("{}"));
        await host.Upstream.Held;

        using var refused = await client.GetAsync("/v1/models");
        using var allowed = await other.GetAsync("/v1/models");
        host.Upstream.LetGo();
        using var done = await held;
        using var after = await client.GetAsync("/v1/models");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
        Assert.Equal("too_many_concurrent_requests", (await The_door.Error(refused)).GetProperty("code").GetString());
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK), (allowed.StatusCode, done.StatusCode, after.StatusCode));
    }

    [Fact]
    public async Task Says_at_once_that_the_process_has_too_much_under_way_and_stays_healthy()
    {
        await using var host = await GatewayHost.Start(new() { ["Aigc:Gateway:MaxConcurrent"] = "1" });
        using var client = host.Program();
        var held = client.PostAsync("/v1/held", new StringContent("{}"));
        await host.Upstream.Held;

        using var refused = await host.Stranger().GetAsync("/v1/models");
        using var healthy = await host.Stranger().GetAsync("/health/ready");
        host.Upstream.LetGo();
        using var done = await held;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (healthy.StatusCode, done.StatusCode));
    }

    [Fact]
    public async Task Lets_go_of_a_client_that_does_not_read()
    {
        await using var host = await GatewayHost.Start(new() { ["Aigc:Gateway:SlowClientGrace"] = "00:00:01.5", ["Aigc:Gateway:SlowestBytesPerSecond"] = "1000000" });
        using var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(host.Address.Host, host.Address.Port, TestContext.Current.CancellationToken);
        var request = $"GET /v1/endless HTTP/1.1\r\nHost: {host.Address.Authority}\r\nAuthorization: Bearer {host.Key}\r\n\r\n";

        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);

        // The service hears of it: nothing of it is held for somebody who only holds the line.
        await host.Upstream.Aborted.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Refuses_headers_that_are_too_many_or_too_large()
    {
        await using var host = await GatewayHost.Start();
        using var large = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        large.Headers.Add("x-large", new string('x', 40_000));
        using var many = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        for (var i = 0; i < 80; i++)
        {
            many.Headers.Add($"x-{i}", "1");
        }

        using var one = await host.Program().SendAsync(large);
        using var other = await host.Program().SendAsync(many);

        Assert.Equal((HttpStatusCode.RequestHeaderFieldsTooLarge, HttpStatusCode.RequestHeaderFieldsTooLarge), (one.StatusCode, other.StatusCode));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_pages_elsewhere_nothing_unless_they_are_listed(bool listed)
    {
        await using var host = await GatewayHost.Start(listed ? new() { ["Aigc:Gateway:CorsOrigins:0"] = "https://app.example" } : null);

        using var preflight = await Ask(host, HttpMethod.Options, "https://app.example");
        using var asked = await Ask(host, HttpMethod.Get, "https://app.example");
        using var foreign = await Ask(host, HttpMethod.Get, "https://evil.example");

        string?[] allowed = [.. new[] { preflight, asked, foreign }.Select(response => response.Headers.TryGetValues("Access-Control-Allow-Origin", out var origin) ? origin.Single() : null)];
        Assert.Equal(listed ? ["https://app.example", "https://app.example", null] : [null, null, null], allowed);
        Assert.DoesNotContain("Access-Control-Allow-Credentials", asked.Headers.Select(header => header.Key));
    }

    [Theory]
    [InlineData(null, "127.0.0.1")]
    [InlineData("127.0.0.0/8", "203.0.113.7")]
    public async Task Believes_where_a_request_came_from_of_trusted_proxies_alone(string? trusted, string told)
    {
        await using var host = await GatewayHost.Start(trusted is null ? null : new() { ["Aigc:Gateway:TrustedProxies:0"] = trusted });
        using var client = host.Program();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");

        await client.Post("/api/keys", new { scopes = new[] { "look" } });

        Assert.Equal(told, (await client.Get("/api/audit")).GetProperty("data")[0].Text("from"));
    }

    private static Task<HttpResponseMessage> Ask(GatewayHost host, HttpMethod method, string origin)
    {
        var request = new HttpRequestMessage(method, "/v1/models");
        request.Headers.Add("Origin", origin);
        if (method == HttpMethod.Options)
        {
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");
            return host.Stranger().SendAsync(request);
        }

        return host.Program().SendAsync(request);
    }
}
