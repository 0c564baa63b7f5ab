using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Chains;
using Aigc.Orchestration.Registry;
using Aigc.Storage.Documents;

namespace Aigc.Orchestration.Tests;

public sealed class A_resumed_chain
{
    [Fact]
    public async Task That_failed_at_a_link_begins_at_that_link()
    {
        await using var host = await OrchestrationHost.Start();
        var failed = await FailAtTraining(host);

        var done = await host.Links.Reaches(await Resume(host, failed), JobStatus.Succeeded);

        Assert.Equal(["model", "publication"], host.Links.Ordered.Distinct());
        Assert.Equal((failed.ToString(), Made.Dataset.Folder.Digest, "2"), (done.Result["resumes"], done.Result["dataset"], done.Result["publications"]));
    }

    [Fact]
    public async Task That_was_cancelled_half_published_publishes_the_rest_and_nothing_twice()
    {
        await using var host = await OrchestrationHost.Start();
        var cancelled = await CancelHalfPublished(host);
        host.Links.Publishes = int.MaxValue;

        var resumed = await Resume(host, cancelled);
        var done = await host.Links.Reaches(resumed, JobStatus.Succeeded);

        Assert.Equal("2", done.Result["publications"]);
        Assert.Equal(["publication"], host.Links.Ordered);
        Assert.Equal(2, host.Links.Generations);
    }

    [Fact]
    public async Task Whose_model_was_erased_since_trains_it_again()
    {
        await using var host = await OrchestrationHost.Start();
        var cancelled = await CancelHalfPublished(host);
        host.Links.Publishes = int.MaxValue;
        await host.Get<Erasures>().Erase("default", Made.Model.Name, Made.Model.Folder.Digest, "user_mei", CancellationToken.None);
        // The trainer stores the folder again that it makes again.
        await host.StoreFolders();

        await host.Links.Reaches(await Resume(host, cancelled), JobStatus.Succeeded);

        Assert.Equal(["model", "publication"], host.Links.Ordered.Distinct());
    }

    [Fact]
    public async Task Of_another_tenants_run_takes_nothing_over()
    {
        await using var host = await OrchestrationHost.Start();
        var failed = await FailAtTraining(host);

        await host.Links.Reaches(await Resume(host, failed, "acme"), JobStatus.Succeeded);

        Assert.Equal(["dataset", "labels", "model", "publication"], host.Links.Ordered.Distinct());
    }

    private static async Task<Guid> FailAtTraining(OrchestrationHost host)
    {
        host.Links.TrainingFails = true;
        var id = await A_chain_run.Run(host, SampleChain.Whole());
        await host.Links.Reaches(id, JobStatus.Failed);
        host.Links.TrainingFails = false;
        host.Links.Ordered.Clear();
        return id;
    }

    private static async Task<Guid> CancelHalfPublished(OrchestrationHost host)
    {
        host.Links.Publishes = 1;
        var id = await A_chain_run.Run(host, SampleChain.Whole());
        while (await host.Get<IDocumentStore<ChainRun>>().Find(id.ToString()) is not { Receipts.Count: 1 })
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await host.Bus.Publish(new CancellationRequested { JobId = id });
        await host.Links.Reaches(id, JobStatus.Cancelled);
        host.Links.Ordered.Clear();
        return id;
    }

    private static async Task<Guid> Resume(OrchestrationHost host, Guid earlier, string tenant = "default")
    {
        var id = Guid.NewGuid();
        await host.Commands.Send(new RunChain { ChainId = id, Job = new JobLink { RootId = id, Tenant = tenant }, Chain = SampleChain.Whole(), Resumes = earlier });
        return id;
    }
}
