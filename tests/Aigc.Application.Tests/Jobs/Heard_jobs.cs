using System.Net;
using Aigc.Contracts.Jobs;

namespace Aigc.Application.Tests.Jobs;

public sealed class Heard_jobs : ServiceTest
{
    [Fact]
    public async Task Appear_without_a_request_when_they_came_by_the_bus()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var (root, child) = (Guid.NewGuid(), Guid.NewGuid());

        await host.Bus.Publish(Changed(root, JobStatus.Running, 1));
        await host.Bus.Publish(Changed(child, JobStatus.Running, 1, root, JobKinds.DatasetBuild));
        await host.Job(root, _ => true);
        await host.Job(child, _ => true);

        var job = await Json(await host.Client.GetAsync($"/api/jobs/{root}"));
        Assert.Equal("running", job.GetProperty("status").GetString());
        Assert.Equal(child.ToString(), job.GetProperty("children")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Keep_the_newest_state_when_an_older_one_arrives_late()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var id = Guid.NewGuid();

        await host.Bus.Publish(Changed(id, JobStatus.Succeeded, 9));
        await host.Job(id, job => job.Sequence == 9);
        await host.Bus.Publish(Changed(id, JobStatus.Running, 4));
        await host.Bus.Publish(Changed(id, JobStatus.Succeeded, 10));

        var job = await host.Job(id, job => job.Sequence == 10);
        Assert.Equal(JobStatus.Succeeded, job.Status);
        var events = await Events(host.Client, $"/api/jobs/{id}/events");
        Assert.DoesNotContain(events, e => e.Data.Contains("\"running\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Are_asked_for_their_state_when_they_have_been_silent()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var id = Guid.NewGuid();

        await host.Bus.Publish(Changed(id, JobStatus.Running, 1));

        Assert.Equal(id, (await host.Neighbours.Hears<StateRequested>()).JobId);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/events")]
    [InlineData("POST", "/cancel")]
    public async Task Of_another_tenant_are_not_there(string method, string route)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var id = Guid.NewGuid();
        await host.Bus.Publish(Changed(id, JobStatus.Running, 1));
        await host.Job(id, _ => true);
        using var stranger = host.ClientOf("other");

        var response = await stranger.SendAsync(new HttpRequestMessage(new HttpMethod(method), $"/api/jobs/{id}{route}"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty((await Json(await stranger.GetAsync("/api/jobs"))).GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Are_listed_newest_first_in_pages_that_meet()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var ids = Enumerable.Range(1, 5).Select(_ => Guid.NewGuid()).ToArray();
        for (var i = 0; i < ids.Length; i++)
        {
            // Two share an instant: the page must not lose or repeat either.
            await host.Bus.Publish(Changed(ids[i], JobStatus.Succeeded, i == 2 ? 2 : i + 1));
            await host.Job(ids[i], _ => true);
        }

        var seen = new List<string>();
        string? after = null;
        for (var more = true; more;)
        {
            var page = await Json(await host.Client.GetAsync($"/api/jobs?kind=chain&status=succeeded&limit=2{(after is null ? "" : $"&after={after}")}"));
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(job => job.GetProperty("id").GetString()!));
            after = page.GetProperty("last_id").GetString();
            more = page.GetProperty("has_more").GetBoolean();
        }

        Assert.Equal(5, seen.Count);
        Assert.Equal(ids.Select(id => id.ToString()).Order(), seen.Order());
        Assert.Equal(ids[4].ToString(), seen[0]);
    }
}
