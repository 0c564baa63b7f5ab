using System.Net;

namespace Aigc.Gateway.Tests;

public sealed class Looking_after_keys
{
    [Fact]
    public async Task Shows_a_new_secret_once()
    {
        await using var host = await GatewayHost.Start();
        using var owner = host.Program();

        var made = await owner.Post("/api/keys", new { name = "notebook", scopes = new[] { "generate" } });
        var listed = await owner.GetStringAsync("/api/keys");

        Assert.Matches("^sk-aigc-[A-Za-z0-9_-]{43}$", made.Text("secret"));
        Assert.Equal("active", made.Text("status"));
        Assert.Contains(made.Text("id"), listed, StringComparison.Ordinal);
        Assert.DoesNotContain(made.Text("secret"), listed, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await host.Program(made.Text("secret")).GetAsync("/v1/models")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Program(made.Text("secret")).GetAsync("/api/keys")).StatusCode);
    }

    [Fact]
    public async Task Gives_nobody_more_than_they_have()
    {
        await using var host = await GatewayHost.Start();
        using var owner = host.Program();
        using var limited = host.Program(await host.NewKey("default", "admin", "look"));
        var strong = await owner.Post("/api/keys", new { scopes = new[] { "*" } });

        var (made, madeBody) = await limited.Send(HttpMethod.Post, "/api/keys", new { scopes = new[] { "admin", "publish" } });
        var (all, _) = await limited.Send(HttpMethod.Post, "/api/keys", new { scopes = new[] { "*" } });
        var (rotated, _) = await limited.Send(HttpMethod.Post, $"/api/keys/{strong.Text("id")}/rotate", new { });
        var (invited, _) = await limited.Send(HttpMethod.Post, "/api/users", new { email = "o@example.com", role = "owner" });
        var (tenant, _) = await limited.Send(HttpMethod.Post, "/api/tenants", new { id = "acme" });
        var (own, _) = await limited.Send(HttpMethod.Post, "/api/keys", new { scopes = new[] { "look" } });

        Assert.Equal("scope_escalation", madeBody.Code());
        Assert.All([made, all, rotated, invited, tenant], status => Assert.Equal(HttpStatusCode.Forbidden, status));
        Assert.Equal(HttpStatusCode.Created, own);
    }

    [Theory]
    [InlineData("""{"scopes":[]}""", "scopes")]
    [InlineData("""{"scopes":["fly"]}""", "scopes")]
    [InlineData("""{"scopes":["look"],"expiresAt":"2001-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"scopes":["look"],"requestsPerMinute":0}""", "requestsPerMinute")]
    [InlineData("""{"scopes":["look"],"name":"two\nlines"}""", "name")]
    public async Task Names_the_field_that_is_wrong(string body, string param)
    {
        await using var host = await GatewayHost.Start();

        using var response = await host.Program().PostAsync("/api/keys", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(param, (await The_door.Error(response)).GetProperty("param").GetString());
    }

    [Fact]
    public async Task Rotates_a_secret_and_lets_the_old_one_work_for_a_while()
    {
        await using var host = await GatewayHost.Start();
        using var owner = host.Program();
        var made = await owner.Post("/api/keys", new { scopes = new[] { "look" } });

        var rotated = await owner.Post($"/api/keys/{made.Text("id")}/rotate", new { graceSeconds = 3600 });
        var graced = await Knock(host, made.Text("secret"));
        var again = await owner.Post($"/api/keys/{made.Text("id")}/rotate", new { graceSeconds = 0 });

        Assert.Equal(made.Text("id"), rotated.Text("id"));
        Assert.NotEqual(made.Text("secret"), rotated.Text("secret"));
        Assert.Equal(HttpStatusCode.OK, graced);
        Assert.Equal(HttpStatusCode.Unauthorized, await Knock(host, made.Text("secret")));
        Assert.Equal(HttpStatusCode.Unauthorized, await Knock(host, rotated.Text("secret")));
        Assert.Equal(HttpStatusCode.OK, await Knock(host, again.Text("secret")));
        Assert.Single((await owner.Get("/api/keys")).GetProperty("data").EnumerateArray(), key => key.Text("id") == made.Text("id"));
    }

    [Fact]
    public async Task Rotated_by_many_at_once_leaves_exactly_one_secret_that_works()
    {
        await using var host = await GatewayHost.Start();
        using var owner = host.Program();
        var made = await owner.Post("/api/keys", new { scopes = new[] { "look" } });

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => owner.Send(HttpMethod.Post, $"/api/keys/{made.Text("id")}/rotate", new { graceSeconds = 0 })));

        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { HttpStatusCode.OK, HttpStatusCode.Conflict }));
        var secrets = answers.Where(answer => answer.Status == HttpStatusCode.OK).Select(answer => answer.Body.Text("secret")).Append(made.Text("secret"));
        var statuses = await Task.WhenAll(secrets.Select(secret => Knock(host, secret)));
        Assert.Single(statuses, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Ends_a_key_at_every_gateway_process_within_seconds()
    {
        await using var host = await GatewayHost.Start();
        await using var other = await GatewayHost.Start(beside: host);
        using var owner = host.Program();
        var made = await owner.Post("/api/keys", new { scopes = new[] { "look" } });
        var old = made.Text("secret");
        var secret = (await owner.Post($"/api/keys/{made.Text("id")}/rotate")).Text("secret");
        Assert.Equal(HttpStatusCode.OK, await Knock(other, secret));
        Assert.Equal(HttpStatusCode.OK, await Knock(other, old));

        var (_, revoked) = await owner.Send(HttpMethod.Delete, $"/api/keys/{made.Text("id")}");

        Assert.Equal("revoked", revoked.Text("status"));
        Assert.Equal(HttpStatusCode.Unauthorized, await Knock(host, secret));
        await Api.Until(async () => await Knock(other, secret) == HttpStatusCode.Unauthorized && await Knock(other, old) == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Ends_a_stream_that_was_opened_with_a_key_that_is_revoked()
    {
        await using var host = await GatewayHost.Start();
        using var owner = host.Program();
        var made = await owner.Post("/api/keys", new { scopes = new[] { "generate" } });
        using var client = host.Program(made.Text("secret"));
        client.DefaultRequestHeaders.Add("Accept", "text/event-stream");
        await using var stream = await client.GetStreamAsync("/v1/stream");
        using var reader = new StreamReader(stream);
        Assert.Equal("data: one", await reader.ReadLineAsync());
        await reader.ReadLineAsync();

        await owner.Send(HttpMethod.Delete, $"/api/keys/{made.Text("id")}");

        await Assert.ThrowsAnyAsync<IOException>(async () => await reader.ReadLineAsync());
    }

    [Fact]
    public async Task Lists_page_by_page()
    {
        await using var host = await GatewayHost.Start();
        using var owner = host.Program();
        for (var i = 0; i < 4; i++)
        {
            await owner.Post("/api/keys", new { name = $"k{i}", scopes = new[] { "look" } });
        }

        var first = await owner.Get("/api/keys?limit=3");
        var second = await owner.Get($"/api/keys?limit=3&after={first.Text("last_id")}");

        Assert.True(first.GetProperty("has_more").GetBoolean());
        Assert.False(second.GetProperty("has_more").GetBoolean());
        var seen = first.GetProperty("data").EnumerateArray().Concat(second.GetProperty("data").EnumerateArray()).Select(key => key.Text("id")).ToList();
        Assert.Equal(5, seen.Distinct().Count());
        Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
        Assert.Equal(HttpStatusCode.BadRequest, (await owner.GetAsync("/api/keys?limit=101")).StatusCode);
    }

    [Fact]
    public async Task Shows_nothing_of_another_tenant()
    {
        await using var host = await GatewayHost.Start();
        using var owner = host.Program();
        var made = await owner.Post("/api/keys", new { scopes = new[] { "look" } });
        var user = await owner.Post("/api/users", new { email = "a@example.com", role = "viewer" });
        var acme = await owner.Post("/api/tenants", new { id = "acme", name = "Acme" });
        using var stranger = host.Program(acme.GetProperty("key").Text("secret"));

        Assert.Single((await stranger.Get("/api/keys")).GetProperty("data").EnumerateArray());
        Assert.All(
            new[]
            {
                await stranger.Send(HttpMethod.Get, $"/api/keys/{made.Text("id")}"),
                await stranger.Send(HttpMethod.Post, $"/api/keys/{made.Text("id")}/rotate", new { }),
                await stranger.Send(HttpMethod.Delete, $"/api/keys/{made.Text("id")}"),
                await stranger.Send(HttpMethod.Get, "/api/keys?tenant=default"),
                await stranger.Send(HttpMethod.Get, $"/api/users/{user.Text("id")}"),
                await stranger.Send(HttpMethod.Patch, $"/api/users/{user.Text("id")}", new { disabled = true }),
                await stranger.Send(HttpMethod.Post, $"/api/users/{user.Text("id")}/invite"),
                await stranger.Send(HttpMethod.Get, "/api/users?tenant=default"),
                await stranger.Send(HttpMethod.Get, "/api/audit?tenant=default"),
            },
            answer => Assert.True(answer.Status == HttpStatusCode.NotFound, $"{answer.Status}: {answer.Body}"));
        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.Send(HttpMethod.Get, "/api/tenants")).Status);
        Assert.Equal(HttpStatusCode.OK, await Knock(host, made.Text("secret")));
    }

    [Fact]
    public async Task Of_a_closed_tenant_opens_nothing()
    {
        await using var host = await GatewayHost.Start();
        using var owner = host.Program();
        var acme = await owner.Post("/api/tenants", new { id = "acme", name = "Acme" });
        var secret = acme.GetProperty("key").Text("secret");
        Assert.Equal(HttpStatusCode.OK, await Knock(host, secret));

        await owner.Send(HttpMethod.Patch, "/api/tenants/acme", new { closed = true });
        var closed = await Knock(host, secret);
        await owner.Send(HttpMethod.Patch, "/api/tenants/acme", new { closed = false });

        Assert.Equal(HttpStatusCode.Unauthorized, closed);
        Assert.Equal(HttpStatusCode.OK, await Knock(host, secret));
        Assert.Equal(HttpStatusCode.Conflict, (await owner.Send(HttpMethod.Patch, "/api/tenants/default", new { closed = true })).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await owner.Send(HttpMethod.Post, "/api/tenants", new { id = "acme" })).Status);
    }

    [Fact]
    public async Task Is_described_in_openapi()
    {
        await using var host = await GatewayHost.Start();

        var document = await host.Program().Get("/openapi/gateway.json");

        Assert.StartsWith("3.1", document.Text("openapi"), StringComparison.Ordinal);
        var paths = document.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToList();
        Assert.Superset(new HashSet<string> { "/api/keys", "/api/keys/{id}/rotate", "/api/users", "/api/tenants", "/api/audit", "/api/account" }, paths.ToHashSet());
        Assert.DoesNotContain("/sign-in", paths);
    }

    private static async Task<HttpStatusCode> Knock(GatewayHost host, string secret) => (await host.Program(secret).GetAsync("/api/lineage")).StatusCode;
}
