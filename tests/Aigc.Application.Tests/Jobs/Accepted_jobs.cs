using System.Net;
using Aigc.Application.Jobs;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Storage.Documents;

namespace Aigc.Application.Tests.Jobs;

public sealed class Accepted_jobs : ServiceTest
{
    [Fact]
    public async Task Are_stored_and_sent()
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var response = await host.Client.PostAsync("/api/chains", Yaml(SmallChain));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var id = (await Json(response)).GetProperty("id").GetString();
        Assert.Equal($"/api/jobs/{id}", response.Headers.Location?.ToString());
        var command = await host.Neighbours.Chains.Reader.ReadAsync();
        Assert.Equal(id, command.ChainId.ToString());
        Assert.Equal("demo", command.Chain.Name);
        Assert.Equal(ApplicationHost.Tenant, command.Job.Tenant);
    }

    [Fact]
    public async Task Are_sent_again_in_the_next_life_when_the_command_was_lost_in_a_crash()
    {
        var id = Guid.NewGuid();
        var link = new JobLink { RootId = id, Tenant = ApplicationHost.Tenant };
        await using (var host = await ApplicationHost.Start(DataRoot))
        {
            // What a crash between "stored" and "sent" leaves behind.
            await host.Get<IDocumentStore<JobDocument>>().Insert(new JobDocument
            {
                Id = id.ToString(),
                Kind = JobKinds.Chain,
                RootId = id.ToString(),
                Tenant = link.Tenant,
                CreatedAt = DateTimeOffset.UnixEpoch,
                Request = JobRequest.Of(new RunChain { ChainId = id, Job = link, Chain = Application.Chains.ChainFile.Read(SmallChain, DataRoot) }),
                Due = DateTimeOffset.MaxValue.AddDays(-1),
            });
        }

        await using var next = await ApplicationHost.Start(DataRoot);

        Assert.Equal(id, (await next.Neighbours.Chains.Reader.ReadAsync()).ChainId);
    }

    [Fact]
    public async Task Are_sent_again_while_nobody_has_heard_of_them()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        await host.Client.PostAsync("/api/chains", Yaml(SmallChain));

        var first = await host.Neighbours.Chains.Reader.ReadAsync();
        var again = await host.Neighbours.Chains.Reader.ReadAsync();

        Assert.Equal(first.ChainId, again.ChainId);
    }

    [Fact]
    public async Task Are_the_same_job_for_the_same_key_and_document()
    {
        await using var host = await ApplicationHost.Start(DataRoot);

        var first = await Json(await host.Client.PostAsync("/api/chains?key=k1", Yaml(SmallChain)));
        var again = await Json(await host.Client.PostAsync("/api/chains?key=k1", Yaml(SmallChain)));
        var other = await host.Client.PostAsync("/api/chains?key=k1", Yaml(SmallChain.Replace("demo", "other", StringComparison.Ordinal)));

        Assert.Equal(first.GetProperty("id").GetString(), again.GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
    }

    [Fact]
    public async Task Are_stopped_at_once_when_nothing_has_begun_and_told_again_when_their_process_starts_all_the_same()
    {
        await using var host = await ApplicationHost.Start(DataRoot);
        var id = Guid.Parse((await Json(await host.Client.PostAsync("/api/chains", Yaml(SmallChain)))).GetProperty("id").GetString()!);

        var cancelled = await Json(await host.Client.PostAsync($"/api/jobs/{id}/cancel", null));
        await host.Neighbours.Hears<CancellationRequested>();
        await host.Bus.Publish(Changed(id, JobStatus.Running, 1));

        Assert.Equal("cancelled", cancelled.GetProperty("status").GetString());
        Assert.Equal(id, (await host.Neighbours.Hears<CancellationRequested>()).JobId);
    }
}
