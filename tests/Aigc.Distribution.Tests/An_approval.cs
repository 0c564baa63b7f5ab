using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aigc.Contracts.Distribution;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults.Bus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Aigc.Distribution.Tests;

public sealed class An_approval
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_waited_for_and_then_it_goes_out_once()
    {
        await using var host = await DistributionHost.Start();
        var id = await Ordered(host, approval: true);
        using var editor = Editor(host);
        await Stands(editor, id, "awaiting-approval");
        Assert.False(Directory.Exists(host.Folder().Path));
        Assert.Equal(id.ToString(), (await editor.GetFromJsonAsync<JsonElement>("/api/publications?status=awaiting-approval", Now)).GetProperty("data")[0].GetProperty("id").GetString());

        var preview = await editor.GetFromJsonAsync<JsonElement>($"/api/publications/{id}/preview", Now);
        Assert.Equal("A queue is first in, first out.", preview.GetProperty("text").GetString());
        Assert.Equal(3, preview.GetProperty("marks").GetArrayLength());

        foreach (var _ in (int[])[1, 2])
        {
            using var approved = await editor.PostAsJsonAsync($"/api/publications/{id}/approve", new { }, Now);
            Assert.Equal(HttpStatusCode.OK, approved.StatusCode);
        }

        Assert.False(Assert.IsType<ContentPublished>(await host.Seen.Outcome(id)).Reused);
        Assert.Single(Directory.GetFiles(host.Folder().Path!));
        var act = await host.Seen.Act("publication.approved");
        Assert.Equal(("user_mei", id.ToString()), (act.User, act.Target));
        using var late = await editor.PostAsJsonAsync($"/api/publications/{id}/reject", new { reason = "no" }, Now);
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
    }

    [Fact]
    public async Task Refused_with_a_reason_keeps_it_in()
    {
        await using var host = await DistributionHost.Start();
        var id = await Ordered(host, approval: true);
        using var editor = Editor(host);
        await Stands(editor, id, "awaiting-approval");

        using var silent = await editor.PostAsJsonAsync($"/api/publications/{id}/reject", new { }, Now);
        Assert.Equal(HttpStatusCode.BadRequest, silent.StatusCode);
        using var rejected = await editor.PostAsJsonAsync($"/api/publications/{id}/reject", new { reason = "It is wrong about stacks." }, Now);
        Assert.Equal(HttpStatusCode.OK, rejected.StatusCode);

        var problem = Assert.IsType<PublicationFailed>(await host.Seen.Outcome(id)).Problem;
        Assert.Equal(PublicationFailed.Rejected, problem.Code);
        Assert.Contains("wrong about stacks", problem.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(host.Folder().Path));
        Assert.DoesNotContain((await host.Seen.Act("publication.rejected")).Details.Values, value => value.Contains("stacks", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Is_nobody_elses_and_needs_the_scope()
    {
        await using var host = await DistributionHost.Start();
        var id = await Ordered(host, approval: true);
        using var editor = Editor(host);
        await Stands(editor, id, "awaiting-approval");
        using var stranger = Editor(host, "other");
        using var viewer = host.Client();

        foreach (var act in (string[])["approve", "reject"])
        {
            using var foreign = await stranger.PostAsJsonAsync($"/api/publications/{id}/{act}", new { reason = "x" }, Now);
            using var without = await viewer.PostAsJsonAsync($"/api/publications/{id}/{act}", new { reason = "x" }, Now);
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.Forbidden), (foreign.StatusCode, without.StatusCode));
        }

        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync($"/api/publications/{id}/preview", Now)).StatusCode);
        await Stands(editor, id, "awaiting-approval");
    }

    [Fact]
    public async Task And_a_time_are_both_kept_over_a_restart()
    {
        var root = Directory.CreateTempSubdirectory("aigc-distribution-").FullName;
        try
        {
            var clock = new FakeTimeProvider(new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
            var at = clock.GetUtcNow().AddHours(2);
            Guid id;
            await using (var first = await DistributionHost.Start(services: Clock(clock), root: root))
            {
                id = await Ordered(first, approval: true, at);
                using var editor = Editor(first);
                await Stands(editor, id, "awaiting-approval", clock);
                using var approved = await Ticking(clock, editor.PostAsJsonAsync($"/api/publications/{id}/approve", new { }, Now));
                Assert.Equal(HttpStatusCode.OK, approved.StatusCode);
                await Stands(editor, id, "scheduled", clock);
            }

            await using var second = await DistributionHost.Start(services: Clock(clock), root: root);
            using var again = Editor(second);
            // Every date is told early after a start; what is told is heard here, long before the time.
            for (var minute = 0; minute < 30; minute++)
            {
                clock.Advance(TimeSpan.FromMinutes(1));
                await Stands(again, id, "scheduled");
            }

            clock.SetUtcNow(at);
            var receipt = (await Stands(again, id, "succeeded", clock)).GetProperty("receipt");
            Assert.True(receipt.GetProperty("at").GetDateTimeOffset() >= at);
            Assert.Single(Directory.GetFiles(second.Folder().Path!));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static Action<IServiceCollection> Clock(FakeTimeProvider clock) => services => services.AddSingleton<TimeProvider>(clock);

    private static HttpClient Editor(DistributionHost host, string tenant = "default")
    {
        var client = host.Client(tenant);
        client.DefaultRequestHeaders.Add("x-aigc-scopes", "publish");
        client.DefaultRequestHeaders.Add("x-aigc-user", "user_mei");
        return client;
    }

    private static async Task<Guid> Ordered(DistributionHost host, bool approval, DateTimeOffset? at = null)
    {
        var publication = Guid.NewGuid();
        await host.Get<ICommands>().Send(
            new PublishContent
            {
                PublicationId = publication,
                Job = new JobLink { RootId = publication, Tenant = "default" },
                Content = await host.Content(),
                Channel = host.Folder(),
                NeedsApproval = approval,
                PublishAt = at,
            },
            Now);
        return publication;
    }

    // Sweeps go by the clock; a stopped one is moved a little at every look.
    private static async Task<JsonElement> Stands(HttpClient client, Guid id, string status, FakeTimeProvider? clock = null)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Now);
        late.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            using var answer = await client.GetAsync($"/api/publications/{id}", late.Token);
            if (answer.IsSuccessStatusCode && await answer.Content.ReadFromJsonAsync<JsonElement>(late.Token) is var seen && seen.GetProperty("status").GetString() == status)
            {
                return seen;
            }

            clock?.Advance(TimeSpan.FromMilliseconds(200));
            await Task.Delay(20, late.Token);
        }
    }

    private static async Task<HttpResponseMessage> Ticking(FakeTimeProvider clock, Task<HttpResponseMessage> request)
    {
        while (await Task.WhenAny(request, Task.Delay(20, Now)) != request)
        {
            clock.Advance(TimeSpan.FromMilliseconds(200));
        }

        return await request;
    }
}
