using System.Net;
using Aigc.Gateway.Users;
using Microsoft.Extensions.Time.Testing;

namespace Aigc.Gateway.Tests;

public sealed class People
{
    private const string Password = "correct horse battery";
    private const string Email = "mei@example.com";

    [Fact]
    public async Task Are_invited_by_a_link_that_works_once()
    {
        await using var host = await GatewayHost.Start();
        var invited = await host.Program().Post("/api/users", new { email = Email, name = "Mei", role = "annotator" });
        var link = new Uri(invited.Text("invitation")).PathAndQuery;
        using var browser = host.Browser();
        using var late = host.Browser();

        using var joined = await browser.Fill(link, "/join", ("password", Password));
        using var again = await late.GetAsync(link);
        var account = await browser.Get("/api/account");

        Assert.Equal("invited", invited.Text("status"));
        Assert.Equal(HttpStatusCode.Redirect, joined.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        Assert.Equal((invited.Text("id"), "annotator", "default"), (account.Text("user"), account.Text("role"), account.Text("tenant")));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/annotation/campaigns")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync("/v1/models")).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await host.Program().Send(HttpMethod.Post, "/api/users", new { email = "MEI@example.com", role = "viewer" })).Status);
        Assert.DoesNotContain("token", await host.Program().GetStringAsync("/api/users"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Are_shown_to_the_services_as_the_callers()
    {
        await using var host = await GatewayHost.Start();
        var (browser, id) = await Joined(host);
        using (browser)
        {
            var seen = await browser.Get("/api/jobs");

            Assert.Equal((id, "default"), (seen.Text("x-aigc-user"), seen.Text("x-aigc-tenant")));
            Assert.False(seen.TryGetProperty("x-aigc-key", out _));
        }
    }

    [Theory]
    [InlineData("short", "12 to 256")]
    [InlineData("", "12 to 256")]
    public async Task Choose_a_password_that_is_long_enough(string password, string told)
    {
        await using var host = await GatewayHost.Start();
        var invited = await host.Program().Post("/api/users", new { email = Email, role = "viewer" });
        using var browser = host.Browser();

        using var refused = await browser.Fill(new Uri(invited.Text("invitation")).PathAndQuery, "/join", ("password", password));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains(told, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sign_in_with_address_and_password()
    {
        await using var host = await GatewayHost.Start();
        (await Joined(host)).Browser.Dispose();
        using var browser = host.Browser();
        using var stranger = host.Browser();

        using var wrong = await stranger.SignInWithPassword(Email, "not the password");
        using var unknown = await stranger.SignInWithPassword("nobody@example.com", Password);
        using var right = await browser.SignInWithPassword(" Mei@Example.com ", Password, "/chains");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (wrong.StatusCode, unknown.StatusCode));
        Assert.Equal("/chains", right.Headers.Location?.ToString());
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/jobs")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/api/jobs")).StatusCode);
    }

    [Theory]
    [InlineData(Email)]
    [InlineData("nobody@example.com")]
    public async Task Are_locked_out_for_a_while_after_wrong_passwords_whoever_they_are(string email)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = await GatewayHost.Start(time: time);
        await using var other = await GatewayHost.Start(beside: host, time: time);
        (await Joined(host)).Browser.Dispose();
        using var here = host.Browser();
        using var there = other.Browser();

        for (var i = 0; i < Attempts.Free; i++)
        {
            using var wrong = await here.SignInWithPassword(email, "not the password");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        }

        using var locked = await there.SignInWithPassword(email, Password);
        time.Advance(locked.Headers.RetryAfter!.Delta!.Value);
        using var open = await there.SignInWithPassword(email, Password);

        Assert.Equal(HttpStatusCode.TooManyRequests, locked.StatusCode);
        Assert.Equal(email == Email ? HttpStatusCode.Redirect : HttpStatusCode.Unauthorized, open.StatusCode);
    }

    [Fact]
    public async Task Guessed_at_by_many_at_once_are_locked_all_the_same()
    {
        await using var host = await GatewayHost.Start(new() { ["Aigc:Gateway:SignInsPerMinute"] = "1000" });
        (await Joined(host)).Browser.Dispose();

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(async i =>
        {
            using var browser = host.Browser();
            using var response = await browser.SignInWithPassword(Email, $"guess number {i}");
            return response.StatusCode;
        }));

        Assert.Equal(Attempts.Free, answers.Count(status => status == HttpStatusCode.Unauthorized));
        Assert.Equal(24 - Attempts.Free, answers.Count(status => status == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task Cannot_be_guessed_at_by_one_network_without_end()
    {
        await using var host = await GatewayHost.Start(new() { ["Aigc:Gateway:SignInsPerMinute"] = "3" });
        using var browser = host.Browser();

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 5; i++)
        {
            using var response = await browser.SignInWithPassword($"a{i}@example.com", Password);
            statuses.Add(response.StatusCode);
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    [Fact]
    public async Task Who_are_disabled_are_out_at_every_gateway_within_seconds()
    {
        await using var host = await GatewayHost.Start();
        await using var other = await GatewayHost.Start(beside: host);
        var (_, id) = await Joined(host);
        using var there = other.Browser();
        using var _2 = await there.SignInWithPassword(Email, Password);
        using var owner = host.Program();
        var key = (await owner.Post("/api/keys", new { scopes = new[] { "look" }, user = id })).Text("secret");
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/api/jobs")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await other.Program(key).GetAsync("/api/jobs")).StatusCode);

        await owner.Send(HttpMethod.Patch, $"/api/users/{id}", new { disabled = true });

        await Api.Until(async () => (await there.GetAsync("/api/jobs")).StatusCode == HttpStatusCode.Unauthorized
            && (await other.Program(key).GetAsync("/api/jobs")).StatusCode == HttpStatusCode.Unauthorized);
        using var refused = await there.SignInWithPassword(Email, Password);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        // Enabled again they may sign in, but the session they had stays closed.
        await owner.Send(HttpMethod.Patch, $"/api/users/{id}", new { disabled = false });
        await Api.Until(async () => (await other.Program(key).GetAsync("/api/jobs")).StatusCode == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Unauthorized, (await there.GetAsync("/api/jobs")).StatusCode);
    }

    [Fact]
    public async Task Who_change_their_password_end_their_other_sessions()
    {
        await using var host = await GatewayHost.Start();
        var (browser, _) = await Joined(host);
        using var other = host.Browser();
        using var signedIn = await other.SignInWithPassword(Email, Password);
        using (browser)
        {
            browser.DefaultRequestHeaders.Add("Origin", host.Address.GetLeftPart(UriPartial.Authority));

            var (wrong, wrongBody) = await browser.Send(HttpMethod.Post, "/api/account/password", new { current = "not the password", password = "another good one" });
            var (changed, _) = await browser.Send(HttpMethod.Post, "/api/account/password", new { current = Password, password = "another good one" });

            Assert.Equal((HttpStatusCode.Forbidden, "wrong_password"), (wrong, wrongBody.Code()));
            Assert.Equal(HttpStatusCode.NoContent, changed);
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/jobs")).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync("/api/jobs")).StatusCode);
            using var old = await other.SignInWithPassword(Email, Password);
            Assert.Equal(HttpStatusCode.Unauthorized, old.StatusCode);
        }
    }

    [Fact]
    public async Task Whose_role_changes_may_what_it_says_at_once()
    {
        await using var host = await GatewayHost.Start();
        var (browser, id) = await Joined(host, "owner");
        using (browser)
        {
            using var owner = host.Program();
            var key = (await owner.Post("/api/keys", new { scopes = new[] { "*" }, user = id })).Text("secret");
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/keys")).StatusCode);

            await owner.Send(HttpMethod.Patch, $"/api/users/{id}", new { role = "viewer" });

            Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync("/api/keys")).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await host.Program(key).GetAsync("/api/keys")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await host.Program(key).GetAsync("/api/jobs")).StatusCode);
        }
    }

    [Fact]
    public async Task Do_not_lock_themselves_out()
    {
        await using var host = await GatewayHost.Start();
        var (browser, id) = await Joined(host, "owner");
        using (browser)
        {
            browser.DefaultRequestHeaders.Add("Origin", host.Address.GetLeftPart(UriPartial.Authority));

            var (status, body) = await browser.Send(HttpMethod.Patch, $"/api/users/{id}", new { disabled = true });

            Assert.Equal((HttpStatusCode.Conflict, "own_account"), (status, body.Code()));
        }
    }

    internal static async Task<(HttpClient Browser, string Id)> Joined(GatewayHost host, string role = "operator")
    {
        var invited = await host.Program().Post("/api/users", new { email = Email, name = "Mei", role });
        var browser = host.Browser();
        using var joined = await browser.Fill(new Uri(invited.Text("invitation")).PathAndQuery, "/join", ("password", Password));
        Assert.Equal(HttpStatusCode.Redirect, joined.StatusCode);
        return (browser, invited.Text("id"));
    }
}
