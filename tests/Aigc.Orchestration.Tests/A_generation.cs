using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.Orchestration.Lineage;

namespace Aigc.Orchestration.Tests;

public sealed class A_generation
{
    [Fact]
    public async Task Is_answered_by_the_newest_model_of_the_name()
    {
        await using var host = await OrchestrationHost.Start();
        var done = await Generate(host, "m", seed: null);

        Assert.Equal(JobStatus.Succeeded, done.Status);
        Assert.Equal("Answer to hello", done.Result["text"]);
    }

    [Fact]
    public async Task Streams_to_whoever_ordered_it_and_says_what_it_took()
    {
        await using var host = await OrchestrationHost.Start();
        await Register(host, "m");
        var reader = new Uri("exchange:somebody");

        var done = await host.Links.Reaches(await Order(host, "m", seed: null, reader), JobStatus.Succeeded);

        Assert.Equal(reader, host.Links.StreamedTo);
        Assert.Equal(("3", "4", "stop"), (done.Result["promptTokens"], done.Result["tokens"], done.Result["finish"]));
    }

    [Fact]
    public async Task With_a_seed_is_not_computed_twice()
    {
        await using var host = await OrchestrationHost.Start();
        await Generate(host, "m", seed: 7);
        var again = await Generate(host, "m", seed: 7);

        Assert.Equal("true", again.Result["reused"]);
        Assert.Equal(1, host.Links.Generations);
    }

    [Fact]
    public async Task Without_a_seed_is_computed_anew()
    {
        await using var host = await OrchestrationHost.Start();
        await Generate(host, "m", seed: null);
        await Generate(host, "m", seed: null);

        Assert.Equal(2, host.Links.Generations);
    }

    [Fact]
    public async Task Of_an_unknown_model_fails_and_says_where_to_look()
    {
        await using var host = await OrchestrationHost.Start();
        var id = await Order(host, "nobody", seed: null);

        var failed = await host.Links.Reaches(id, JobStatus.Failed);

        Assert.Equal("model_not_found", failed.Error?.Code);
    }

    [Fact]
    public async Task That_is_cancelled_frees_its_slot()
    {
        await using var host = await OrchestrationHost.Start();
        host.Links.GenerationsHang = true;
        await Register(host, "m");
        var id = await Order(host, "m", seed: null);
        await host.Links.Reaches(id, JobStatus.Running);

        await host.Bus.Publish(new CancellationRequested { JobId = id });

        await host.Links.Reaches(id, JobStatus.Cancelled);
        while (!host.Links.Abandoned.Contains(id))
        {
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Can_be_traced_to_its_dataset_and_the_dataset_to_it()
    {
        await using var host = await OrchestrationHost.Start();
        var chain = await A_chain_run.Run(host, SampleChain.Whole());
        await host.Links.Reaches(chain, JobStatus.Succeeded);
        var index = host.Get<LineageIndex>();

        IReadOnlyList<LineageRecorded> down;
        do
        {
            down = await index.Trace("default", Made.Dataset.Folder.Digest, CancellationToken.None);
        }
        while (down.Count < 3);

        var content = down.First(activity => activity.Activity == JobKinds.Generation).Outputs[0].Id;
        var up = await index.Trace("default", content, CancellationToken.None);
        Assert.Contains(up, activity => activity.Activity == JobKinds.TrainingRun);
        Assert.Empty(await index.Trace("another-tenant", content, CancellationToken.None));
    }

    private static async Task<JobChanged> Generate(OrchestrationHost host, string model, long? seed)
    {
        await Register(host, model);
        return await host.Links.Reaches(await Order(host, model, seed), JobStatus.Succeeded);
    }

    private static async Task Register(OrchestrationHost host, string model)
    {
        await host.Commands.Send(new RegisterModel { RunId = Guid.NewGuid(), Model = Made.Model, Tenant = "default" });
        while (await host.Get<Registry.ModelRegistry>().Find("default", model, CancellationToken.None) is null)
        {
            await Task.Yield();
        }
    }

    private static async Task<Guid> Order(OrchestrationHost host, string model, long? seed, Uri? reader = null)
    {
        var id = Guid.NewGuid();
        await host.Commands.Send(new RequestGeneration
        {
            GenerationId = id,
            Job = new JobLink { RootId = id, Tenant = "default" },
            Model = model,
            Prompt = "hello",
            Sampling = new SamplingSpec { Seed = seed },
            StreamTo = reader,
        });
        return id;
    }
}
