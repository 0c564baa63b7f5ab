using System.Net;
using System.Text.Json;
using Aigc.Contracts.Gateway;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aigc.Gateway.Tests;

public sealed class The_audit_log
{
    [Fact]
    public async Task Tells_who_did_what_on_what_and_from_where()
    {
        await using var host = await GatewayHost.Start();
        using var owner = host.Program();
        var me = (await owner.Get("/api/account")).Text("key");

        var key = (await owner.Post("/api/keys", new { name = "k", scopes = new[] { "look" } })).Text("id");
        await owner.Post($"/api/keys/{key}/rotate");
        await owner.Send(HttpMethod.Delete, $"/api/keys/{key}");

        var lines = (await owner.Get("/api/audit")).GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["key.revoked", "key.rotated", "key.created"], lines.Select(line => line.Text("act")));
        Assert.All(lines, line =>
        {
            Assert.Equal((key, me, "127.0.0.1", "default"), (line.Text("target"), line.Text("key"), line.Text("from"), line.Text("tenant")));
            Assert.StartsWith("req_", line.Text("request"), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Has_sign_ins_and_their_refusals()
    {
        await using var host = await GatewayHost.Start();
        var (browser, id) = await People.Joined(host);
        browser.Dispose();
        using var other = host.Browser();
        using var refused = await other.SignInWithPassword("mei@example.com", "not the password");
        using var wrongKey = await other.SignInWithKey("sk-aigc-wrong");

        var lines = (await host.Program().Get("/api/audit")).GetProperty("data").EnumerateArray().ToList();

        Assert.Equal(["session.refused", "session.refused", "session.opened", "user.joined", "user.invited"], lines.Select(line => line.Text("act")));
        Assert.Equal(id, lines[1].Text("target"));
        Assert.DoesNotContain("not the password", JsonSerializer.Serialize(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_read_page_by_page_and_by_what_is_looked_for()
    {
        await using var host = await GatewayHost.Start();
        using var owner = host.Program();
        for (var i = 0; i < 5; i++)
        {
            await owner.Post("/api/keys", new { scopes = new[] { "look" } });
        }

        await owner.Post("/api/tenants", new { id = "acme" });
        var first = await owner.Get("/api/audit?limit=3");
        var second = await owner.Get($"/api/audit?limit=3&after={first.Text("last_id")}");
        var others = await owner.Get("/api/audit?tenant=acme");

        Assert.True(first.GetProperty("has_more").GetBoolean());
        Assert.Equal(3, second.GetProperty("data").GetArrayLength());
        var line = others.GetProperty("data").EnumerateArray().Single();
        Assert.Equal(("tenant.created", "installation"), (line.Text("act"), line.Text("user")));
        Assert.False(line.TryGetProperty("key", out _));
        Assert.Equal(0, (await owner.Get("/api/audit?act=key.revoked")).GetProperty("data").GetArrayLength());
        Assert.Equal(5, (await owner.Get("/api/audit?act=key.created")).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Offers_no_way_to_change_it()
    {
        await using var host = await GatewayHost.Start();
        using var owner = host.Program();
        await owner.Post("/api/keys", new { scopes = new[] { "look" } });
        var line = (await owner.Get("/api/audit")).GetProperty("data").EnumerateArray().Single().Text("id");

        // What the door does not answer goes on to the service behind it, which has no such route either.
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await owner.Send(HttpMethod.Delete, $"/api/audit/{line}")).Status);
        Assert.Equal(1, (await owner.Get("/api/audit")).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Takes_in_what_other_services_tell_of_once()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var host = await GatewayHost.Start();
        await using var services = await Beside(host);
        var bus = services.Services.GetRequiredService<IBus>();
        var act = new AdministrativeAct
        {
            ActId = Guid.NewGuid(),
            Tenant = "default",
            Act = "model.promoted",
            Target = "dotnet-docs",
            At = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
            User = "user_1",
            Details = new Dictionary<string, string> { ["alias"] = "production" },
        };

        for (var i = 0; i < 3; i++)
        {
            await bus.Publish(act, ct);
        }

        await bus.Publish(act with { ActId = Guid.NewGuid(), Act = "told.last" }, ct);
        await Api.Until(async () => (await host.Program().Get("/api/audit?act=told.last")).GetProperty("data").GetArrayLength() == 1);
        await Api.Until(async () => (await host.Program().Get("/api/audit?act=model.promoted")).GetProperty("data").GetArrayLength() == 1);
        var line = (await host.Program().Get("/api/audit?act=model.promoted")).GetProperty("data").EnumerateArray().Single();
        Assert.Equal(("dotnet-docs", "user_1", "production"), (line.Text("target"), line.Text("user"), line.GetProperty("details").Text("alias")));
    }

    /// <summary>A process on the same documents that has the bus.</summary>
    private static async Task<WebApplication> Beside(GatewayHost host)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Aigc:DataRoot"] = host.DataRoot,
            ["Aigc:Gateway:InternalToken"] = GatewayHost.InternalToken,
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddAuditLog();
        builder.AddBus(bus => bus.AddGateway());
        var app = builder.Build();
        await app.StartAsync();
        return app;
    }
}
