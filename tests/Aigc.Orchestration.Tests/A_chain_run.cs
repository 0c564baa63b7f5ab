using Aigc.Contracts.Annotation;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Distribution;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;

namespace Aigc.Orchestration.Tests;

public sealed class A_chain_run
{
    [Fact]
    public async Task Goes_through_its_links_in_order_and_says_what_they_made()
    {
        await using var host = await OrchestrationHost.Start();
        var id = await Run(host, SampleChain.Whole());

        var done = await host.Links.Reaches(id, JobStatus.Succeeded);

        Assert.Equal(["dataset", "labels", "model", "publication"], host.Links.Ordered.Distinct());
        Assert.Equal(Made.Model.Folder.Digest, done.Result["model"]);
        Assert.Equal("2", done.Result["answers"]);
        Assert.Equal("2", done.Result["publications"]);
    }

    [Fact]
    public async Task Passes_over_links_its_document_leaves_out()
    {
        await using var host = await OrchestrationHost.Start();
        var id = await Run(host, SampleChain.Whole() with { Annotation = null, Generation = null, Distribution = null });

        await host.Links.Reaches(id, JobStatus.Succeeded);

        Assert.Equal(["dataset", "model"], host.Links.Ordered.Distinct());
    }

    [Fact]
    public async Task Ends_after_training_when_it_makes_a_classifier()
    {
        await using var host = await OrchestrationHost.Start();
        var id = await Run(host, SampleChain.Whole() with { Annotation = null, Training = new() { Kind = "classifier" }, Generation = null, Distribution = null });

        var done = await host.Links.Reaches(id, JobStatus.Succeeded);

        Assert.Equal(["dataset", "model"], host.Links.Ordered.Distinct());
        Assert.Equal((Made.Model.Folder.Digest, "0"), (done.Result["model"], done.Result["answers"]));
    }

    [Fact]
    public async Task Ends_the_same_when_every_event_comes_three_times()
    {
        await using var host = await OrchestrationHost.Start();
        host.Links.Repeats = 3;
        var id = await Run(host, SampleChain.Whole());

        var done = await host.Links.Reaches(id, JobStatus.Succeeded);

        Assert.Equal("2", done.Result["publications"]);
    }

    [Fact]
    public async Task Goes_on_when_somebody_rejects_a_publication()
    {
        await using var host = await OrchestrationHost.Start();
        host.Links.Rejections = 1;
        var id = await Run(host, SampleChain.Whole());

        var done = await host.Links.Reaches(id, JobStatus.Succeeded);

        Assert.Equal("1", done.Result["publications"]);
        Assert.Empty(host.Links.Cancelled);
    }

    [Fact]
    public async Task Stops_at_the_link_that_fails_and_names_it()
    {
        await using var host = await OrchestrationHost.Start();
        host.Links.TrainingFails = true;
        var id = await Run(host, SampleChain.Whole());

        var failed = await host.Links.Reaches(id, JobStatus.Failed);

        Assert.Equal("gate_failed", failed.Error?.Code);
        Assert.Equal("The chain stopped at training: Not better.", failed.Error?.Message);
    }

    [Fact]
    public async Task Orders_a_link_again_that_does_not_answer()
    {
        await using var host = await OrchestrationHost.Start();
        host.Links.DatasetHangs = true;
        var id = await Run(host, SampleChain.Whole());
        await host.Links.Reaches(id, JobStatus.Running);

        host.Links.DatasetHangs = false;

        await host.Links.Reaches(id, JobStatus.Succeeded);
        Assert.True(host.Links.Ordered.Count(order => order == "dataset") > 1);
    }

    [Fact]
    public async Task Stops_its_links_when_it_is_cancelled()
    {
        await using var host = await OrchestrationHost.Start();
        host.Links.DatasetHangs = true;
        var id = await Run(host, SampleChain.Whole());
        await host.Links.Reaches(id, JobStatus.Running);

        await host.Bus.Publish(new CancellationRequested { JobId = id });

        await host.Links.Reaches(id, JobStatus.Cancelled);
        while (host.Links.Cancelled.Count < 4)
        {
            await Task.Yield();
        }

        Assert.Contains(id, host.Links.Cancelled);
    }

    internal static async Task<Guid> Run(OrchestrationHost host, ChainSpec chain)
    {
        var id = Guid.NewGuid();
        await host.Commands.Send(new RunChain { ChainId = id, Job = new JobLink { RootId = id, Tenant = "default" }, Chain = chain });
        return id;
    }
}
