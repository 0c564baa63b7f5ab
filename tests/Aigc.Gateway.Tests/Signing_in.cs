using System.Net;
using System.Net.WebSockets;

namespace Aigc.Gateway.Tests;

public sealed class Signing_in
{
    [Fact]
    public async Task With_a_key_opens_a_session_and_leads_back()
    {
        await using var host = await GatewayHost.Start();
        using var browser = host.Browser();

        using var response = await browser.SignInWithKey(host.Key, "/chains");

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal("/chains", response.Headers.Location?.ToString());
        var cookie = response.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("aigc-session=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        var seen = await browser.GetStringAsync("/");
        Assert.Contains("\"x-aigc-tenant\":\"default\"", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("aigc-session", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("https://evil.example/")]
    public async Task Never_leads_to_another_site(string target)
    {
        await using var host = await GatewayHost.Start();
        using var browser = host.Browser();

        using var response = await browser.SignInWithKey(host.Key, target);

        Assert.Equal("/", response.Headers.Location?.ToString());
    }

    [Fact]
    public async Task With_a_wrong_key_shows_the_form_again()
    {
        await using var host = await GatewayHost.Start();
        using var browser = host.Browser();

        using var response = await browser.SignInWithKey("nonsense\"><script>", "/");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var page = await response.Content.ReadAsStringAsync();
        Assert.Contains("role=\"alert\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Needs_the_form_that_was_shown()
    {
        await using var host = await GatewayHost.Start();

        using var response = await host.Stranger().PostAsync("/sign-in", new FormUrlEncodedContent([new("key", host.Key)]));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.DoesNotContain(response.Headers, h => h.Key == "Set-Cookie" && h.Value.Any(v => v.StartsWith("aigc-session", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Does_not_let_another_site_use_the_session()
    {
        await using var host = await GatewayHost.Start();
        using var browser = host.Browser();
        using var _ = await browser.SignInWithKey(host.Key, "/");

        using var foreign = await Post(browser, "http://evil.example");
        using var unnamed = await Post(browser, origin: null);
        using var own = await Post(browser, host.Address.GetLeftPart(UriPartial.Authority));

        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, unnamed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Theory]
    [InlineData("/_blazor/negotiate?negotiateVersion=1")]
    [InlineData("/_blazor/disconnect")]
    [InlineData("/chains")]
    [InlineData("/sign-out")]
    public async Task Does_not_let_another_site_into_Studio(string path)
    {
        await using var host = await GatewayHost.Start();
        using var browser = host.Browser();
        using var _ = await browser.SignInWithKey(host.Key, "/");

        foreach (var origin in (string?[])["http://evil.example", $"http://localhost:{host.Address.Port}", "http://127.0.0.1:1", "null", null])
        {
            using var refused = await Post(browser, origin, path);
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        }

        using var session = await browser.GetAsync("/api/models");
        Assert.Equal(HttpStatusCode.OK, session.StatusCode);
    }

    [Theory]
    [InlineData("https", true)]
    [InlineData("http", false)]
    public async Task Gives_cookies_that_stay_with_this_site_and_no_script_reads(string scheme, bool secure)
    {
        await using var host = await GatewayHost.Start(new() { ["Aigc:Gateway:TrustedProxies:0"] = "127.0.0.0/8" });
        using var browser = host.Stranger();
        browser.DefaultRequestHeaders.Add("X-Forwarded-Proto", scheme);
        using var page = await browser.GetAsync("/sign-in");
        var form = page.Headers.GetValues("Set-Cookie").Single();
        var token = System.Text.RegularExpressions.Regex.Match(await page.Content.ReadAsStringAsync(), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var entering = new HttpRequestMessage(HttpMethod.Post, "/sign-in") { Content = new FormUrlEncodedContent([new("key", host.Key), new("__RequestVerificationToken", token)]) };
        entering.Headers.Add("Cookie", form.Split(';')[0]);
        using var entered = await browser.SendAsync(entering);
        var session = entered.Headers.GetValues("Set-Cookie").Single();
        using var asking = new HttpRequestMessage(HttpMethod.Get, "/cookie");
        asking.Headers.Add("Cookie", session.Split(';')[0]);
        using var asked = await browser.SendAsync(asking);

        Assert.All([form, session, asked.Headers.GetValues("Set-Cookie").Single()], cookie =>
        {
            string[] attributes = [.. cookie.ToLowerInvariant().Split(';').Skip(1).Select(attribute => attribute.Trim())];
            Assert.Contains("httponly", attributes);
            Assert.Contains("samesite=strict", attributes);
            Assert.Equal(secure ? 1 : 0, attributes.Count(attribute => attribute == "secure"));
        });
    }

    [Fact]
    public async Task Lets_the_own_pages_open_a_socket_and_nobody_else()
    {
        await using var host = await GatewayHost.Start();
        using var browser = host.Browser();
        using var signedIn = await browser.SignInWithKey(host.Key, "/");
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("aigc-session=", StringComparison.Ordinal)).Split(';')[0];

        using var own = await Socket(host, cookie, host.Address.GetLeftPart(UriPartial.Authority));
        var foreign = await Assert.ThrowsAsync<WebSocketException>(() => Socket(host, cookie, "http://evil.example"));

        var buffer = new byte[16];
        var received = await own.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        Assert.Equal("hello", System.Text.Encoding.UTF8.GetString(buffer, 0, received.Count));
        Assert.Contains("403", foreign.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_with_signing_out()
    {
        await using var host = await GatewayHost.Start();
        using var browser = host.Browser();
        using var _ = await browser.SignInWithKey(host.Key, "/");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-out");
        request.Headers.Add("Origin", host.Address.GetLeftPart(UriPartial.Authority));

        using var signedOut = await browser.SendAsync(request);
        using var after = await browser.GetAsync("/v1/models");

        Assert.Equal("/sign-in", signedOut.Headers.Location?.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    private static Task<HttpResponseMessage> Post(HttpClient browser, string? origin, string path = "/api/chains")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent("{}") };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return browser.SendAsync(request);
    }

    private static async Task<ClientWebSocket> Socket(GatewayHost host, string cookie, string origin)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Cookie", cookie);
        socket.Options.SetRequestHeader("Origin", origin);
        await socket.ConnectAsync(new UriBuilder(host.Address) { Scheme = "ws", Path = "/_blazor" }.Uri, TestContext.Current.CancellationToken);
        return socket;
    }
}
