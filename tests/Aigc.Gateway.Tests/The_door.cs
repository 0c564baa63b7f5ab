using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Aigc.Gateway.Tests;

public sealed class The_door
{
    [Fact]
    public async Task Answers_a_program_without_a_key_with_401_in_the_error_form()
    {
        await using var host = await GatewayHost.Start();

        using var response = await host.Stranger().GetAsync("/v1/models");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var error = await Error(response);
        Assert.Equal("invalid_api_key", error.GetProperty("code").GetString());
        Assert.Equal("authentication_error", error.GetProperty("type").GetString());
        Assert.True(error.TryGetProperty("param", out _));
        Assert.True(response.Headers.Contains("x-request-id"));
    }

    [Fact]
    public async Task Sends_a_person_without_a_session_to_the_sign_in_page()
    {
        await using var host = await GatewayHost.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/chains?x=1");
        request.Headers.Add("Accept", "text/html");

        using var response = await host.Stranger().SendAsync(request);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal("/sign-in?return=%2Fchains%3Fx%3D1", response.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("sk-aigc-wrong")]
    [InlineData("sk-aigc-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Bearer")]
    public async Task Refuses_a_key_it_does_not_know(string key)
    {
        await using var host = await GatewayHost.Start();

        using var response = await host.Program(key).GetAsync("/v1/models");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Tells_the_service_whom_a_request_is_from_and_keeps_the_key_to_itself()
    {
        await using var host = await GatewayHost.Start();
        var key = await host.NewKey("acme", "generate", "look");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/models");
        request.Headers.Add("x-aigc-tenant", "somebody-else");
        request.Headers.Add("X-AIGC-Anything", "1");
        request.Headers.Add("x-aigc-internal", "guess");
        request.Headers.Add("x-aigc-user", "user_me");
        request.Headers.Add("x-aigc-scopes", "*");

        using var response = await host.Program(key).SendAsync(request);
        var seen = await response.Content.ReadFromJsonAsync<Dictionary<string, string>>();

        Assert.Equal("acme", seen!["x-aigc-tenant"]);
        Assert.Equal(GatewayHost.InternalToken, seen["x-aigc-internal"]);
        Assert.StartsWith("key_", seen["x-aigc-key"], StringComparison.Ordinal);
        Assert.Equal("generate look", seen["x-aigc-scopes"]);
        Assert.DoesNotContain("x-aigc-user", seen.Keys);
        Assert.DoesNotContain("x-aigc-anything", seen.Keys);
        Assert.DoesNotContain("authorization", seen.Keys);
        Assert.Equal(host.Address.Authority, seen["host"]);
        Assert.Equal(response.Headers.GetValues("x-request-id").Single(), seen["x-request-id"]);
    }

    [Fact]
    public async Task Refuses_what_the_key_has_no_scope_for()
    {
        await using var host = await GatewayHost.Start();
        var key = await host.NewKey("acme", "look");

        using var refused = await host.Program(key).GetAsync("/v1/models");
        using var allowed = await host.Program(key).GetAsync("/api/lineage");

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal("scope_missing", (await Error(refused)).GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
    }

    [Fact]
    public async Task Does_not_answer_to_a_host_name_it_was_not_given()
    {
        await using var host = await GatewayHost.Start();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Host = "evil.example";

        using var response = await host.Program().SendAsync(request);

        Assert.Equal(HttpStatusCode.MisdirectedRequest, response.StatusCode);
    }

    [Fact]
    public async Task Lets_a_page_run_the_scripts_of_this_site_alone()
    {
        await using var host = await GatewayHost.Start();

        using var response = await host.Program().GetAsync("/framed");

        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Tells_its_health_to_anybody(string path)
    {
        await using var host = await GatewayHost.Start();

        using var response = await host.Stranger().GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Says_503_and_when_to_come_again_for_a_service_that_is_away()
    {
        await using var host = await GatewayHost.Start();

        using var response = await host.Program().GetAsync("/api/publications");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("2", response.Headers.GetValues("Retry-After").Single());
        Assert.Contains("distribution", (await Error(response)).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passes_a_stream_on_piece_by_piece()
    {
        await using var host = await GatewayHost.Start();
        using var client = host.Program();
        await using var stream = await client.GetStreamAsync("/v1/stream");
        using var reader = new StreamReader(stream);

        // The service sends the second piece only after the first has arrived here: a gateway that buffers would never get there.
        Assert.Equal("data: one", await reader.ReadLineAsync());
        await client.GetAsync("/v1/next");

        Assert.Contains("data: two", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    internal static async Task<JsonElement> Error(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error");
}
