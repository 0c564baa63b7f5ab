using System.Net;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Aigc.Gateway.Tests;

public sealed class Signing_in_with_another_house
{
    [Fact]
    public async Task Opens_a_session_with_the_role_and_tenant_its_claims_are_mapped_to()
    {
        await using var house = await OidcServer.Start();
        house.Person["org"] = "acme-corp";
        await using var host = await GatewayHost.Start(Settings(house, ("TenantClaim", "org"), ("Tenants:acme-corp", "acme")));
        using var browser = host.Browser();

        Assert.Contains("href=\"/sign-in/oidc?return=%2Fchains\"", await browser.GetStringAsync("/sign-in?return=/chains"), StringComparison.Ordinal);
        using var arrived = await Travel(browser, "/sign-in/oidc?return=/chains");
        var account = await browser.Get("/api/account");

        Assert.Equal(HttpStatusCode.OK, arrived.StatusCode);
        Assert.Contains("url=/chains", await arrived.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(("acme", "operator", "Mei"), (account.Text("tenant"), account.Text("role"), account.Text("name")));
        Assert.Equal("session.opened", (await host.Program().Get("/api/audit?tenant=acme")).GetProperty("data")[0].Text("act"));
    }

    [Fact]
    public async Task Follows_the_claims_at_every_sign_in()
    {
        await using var house = await OidcServer.Start();
        await using var host = await GatewayHost.Start(Settings(house));
        using var browser = host.Browser();
        (await Travel(browser, "/sign-in/oidc")).Dispose();
        var before = await browser.Get("/api/account");

        house.Person["roles"] = new[] { "aigc-look", "something else" };
        (await Travel(browser, "/sign-in/oidc")).Dispose();
        var after = await browser.Get("/api/account");

        Assert.Equal(before.Text("user"), after.Text("user"));
        Assert.Equal(("operator", "viewer"), (before.Text("role"), after.Text("role")));
    }

    [Fact]
    public async Task Is_never_taken_for_an_account_of_this_house_with_the_same_address()
    {
        await using var house = await OidcServer.Start();
        await using var host = await GatewayHost.Start(Settings(house));
        var (local, id) = await People.Joined(host, "owner");
        local.Dispose();
        using var browser = host.Browser();

        (await Travel(browser, "/sign-in/oidc")).Dispose();

        Assert.NotEqual(id, (await browser.Get("/api/account")).Text("user"));
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync("/api/keys")).StatusCode);
    }

    [Fact]
    public async Task Refuses_whom_no_claim_gives_a_role()
    {
        await using var house = await OidcServer.Start();
        house.Person["roles"] = new[] { "owner" };
        await using var host = await GatewayHost.Start(Settings(house));

        await Refused(host);
    }

    [Fact]
    public async Task Refuses_a_token_somebody_else_signed()
    {
        await using var house = await OidcServer.Start();
        house.SignWith = new RsaSecurityKey(RSA.Create(2048)) { KeyId = "k1" };
        await using var host = await GatewayHost.Start(Settings(house));

        await Refused(host);
    }

    [Fact]
    public async Task Refuses_a_token_that_was_given_to_another_sign_in()
    {
        await using var house = await OidcServer.Start();
        house.Nonce = "of another time";
        await using var host = await GatewayHost.Start(Settings(house));

        await Refused(host);
    }

    [Fact]
    public async Task Refuses_a_token_that_is_for_somebody_else()
    {
        await using var house = await OidcServer.Start();
        house.Audience = "another client";
        await using var host = await GatewayHost.Start(Settings(house));

        await Refused(host);
    }

    [Fact]
    public async Task Refuses_a_code_that_another_browser_was_given()
    {
        await using var house = await OidcServer.Start();
        await using var host = await GatewayHost.Start(Settings(house));
        using var attacker = host.Browser();
        using var victim = host.Browser();
        var callback = await Callback(attacker, "/sign-in/oidc");

        using var response = await victim.GetAsync(callback);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await victim.GetAsync("/api/account")).StatusCode);
    }

    [Fact]
    public async Task Refuses_who_is_disabled_here()
    {
        await using var house = await OidcServer.Start();
        await using var host = await GatewayHost.Start(Settings(house));
        using var browser = host.Browser();
        (await Travel(browser, "/sign-in/oidc")).Dispose();
        var id = (await browser.Get("/api/account")).Text("user");

        await host.Program().Send(HttpMethod.Patch, $"/api/users/{id}", new { disabled = true });

        await Refused(host);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/account")).StatusCode);
    }

    [Fact]
    public async Task Is_not_offered_where_it_is_not_set_up()
    {
        await using var host = await GatewayHost.Start();

        Assert.DoesNotContain("oidc", await host.Stranger().GetStringAsync("/sign-in"), StringComparison.Ordinal);
    }

    private static async Task Refused(GatewayHost host)
    {
        using var browser = host.Browser();
        using var response = await Travel(browser, "/sign-in/oidc");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/account")).StatusCode);
        Assert.Equal("session.refused", (await host.Program().Get("/api/audit?limit=1")).GetProperty("data")[0].Text("act"));
    }

    /// <summary>To the other house and back.</summary>
    private static async Task<HttpResponseMessage> Travel(HttpClient browser, string path) => await browser.GetAsync(await Callback(browser, path));

    private static async Task<Uri> Callback(HttpClient browser, string path)
    {
        using var sent = await browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);
        using var back = await browser.GetAsync(sent.Headers.Location);
        Assert.Equal(HttpStatusCode.Redirect, back.StatusCode);
        return back.Headers.Location!;
    }

    private static Dictionary<string, string?> Settings(OidcServer house, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Aigc:Gateway:Oidc:Authority"] = house.Address.ToString(),
            ["Aigc:Gateway:Oidc:ClientId"] = OidcServer.ClientId,
            ["Aigc:Gateway:Oidc:ClientSecret"] = OidcServer.ClientSecret,
            ["Aigc:Gateway:Oidc:Roles:aigc-ops"] = "operator",
            ["Aigc:Gateway:Oidc:Roles:aigc-look"] = "viewer",
            ["Aigc:Gateway:Oidc:DefaultTenant"] = "default",
        };
        foreach (var (name, value) in more)
        {
            settings[$"Aigc:Gateway:Oidc:{name}"] = value;
        }

        return settings;
    }
}
