using System.Net;
using System.Text.Json;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Tests.Chains;

public sealed class Resuming_a_chain : ServiceTest
{
    [Theory]
    [InlineData(JobStatus.Failed)]
    [InlineData(JobStatus.Cancelled)]
    public async Task Begins_a_new_run_of_the_same_document_once_however_often_it_is_asked(JobStatus end)
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var earlier = await Started(host);
        await End(host, earlier.ChainId, end);

        var (status, first) = await Resume(host.Client, earlier.ChainId);
        var (_, again) = await Resume(host.Client, earlier.ChainId);

        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal(first.GetProperty("id").GetString(), again.GetProperty("id").GetString());
        var resumed = await host.Neighbours.Chains.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal((earlier.ChainId, Guid.Parse(first.GetProperty("id").GetString()!)), (resumed.Resumes, resumed.ChainId));
        Assert.Equal((resumed.ChainId, earlier.Chain.Name), (resumed.Job.RootId, resumed.Chain.Name));
    }

    [Fact]
    public async Task Is_refused_while_it_runs_and_after_it_has_succeeded()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var earlier = await Started(host);
        Assert.Equal(HttpStatusCode.Conflict, (await Resume(host.Client, earlier.ChainId)).Status);

        await End(host, earlier.ChainId, JobStatus.Succeeded);

        Assert.Equal(HttpStatusCode.Conflict, (await Resume(host.Client, earlier.ChainId)).Status);
    }

    [Fact]
    public async Task Is_nobody_elses_and_needs_its_document()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var (own, foreign) = (await Started(host), Guid.NewGuid());
        await End(host, own.ChainId, JobStatus.Failed);
        await End(host, foreign, JobStatus.Failed); // ordered on the bus
        using var other = host.ClientOf("globex");

        Assert.Equal(HttpStatusCode.NotFound, (await Resume(other, own.ChainId)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await Resume(host.Client, foreign)).Status);
    }

    private static async Task<RunChain> Started(ApplicationHost host)
    {
        (await host.Client.PostAsync("/api/chains", Yaml(SmallChain))).EnsureSuccessStatusCode();
        return await host.Neighbours.Chains.Reader.ReadAsync(TestContext.Current.CancellationToken);
    }

    private static async Task End(ApplicationHost host, Guid chain, JobStatus status)
    {
        await host.Bus.Publish(Changed(chain, status, 7));
        await host.Job(chain, job => job.Status == status);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> Resume(HttpClient client, Guid chain)
    {
        using var answer = await client.PostAsync($"/api/chains/{chain}/resume", null);
        return (answer.StatusCode, await Json(answer));
    }
}
