using Aigc.Application.Jobs;
using Aigc.Application.Studio.Parts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;

namespace Aigc.Application.Tests.Studio;

public sealed class Chain_links
{
    private static readonly DateTimeOffset Noon = DateTimeOffset.UnixEpoch.AddDays(20_000);

    [Fact]
    public void Say_how_many_documents_a_second_are_prepared() =>
        Assert.Equal("412 documents/s", Link(Running(JobKinds.DatasetBuild, Progress("shards", 3, ("documentsPerSecond", "412")))).Rate);

    [Fact]
    public void Say_how_many_labels_a_minute_are_given() =>
        Assert.Equal("300 labels/min", Link(Running(JobKinds.LabelingCampaign, Progress("labels", 50))).Rate);

    [Fact]
    public void Say_how_many_tokens_a_second_are_learnt() =>
        Assert.Equal("10,500 tokens/s", Link(Running(JobKinds.TrainingRun, Progress("seconds", 9, ("tokensPerSecond", "10500"), ("loss", "3.1")))).Rate);

    [Fact]
    public void Say_how_many_tokens_a_second_are_generated_over_all_answers()
    {
        JobDocument[] jobs = [Answer(from: 0, to: 4, tokens: 30), Answer(from: 1, to: 5, tokens: 30), Running(JobKinds.Generation, null)];

        Assert.Equal("12 tokens/s", Link(jobs).Rate);
    }

    [Fact]
    public void Say_no_rate_of_what_has_ended_or_not_begun()
    {
        var ended = Running(JobKinds.TrainingRun, Progress("seconds", 9, ("tokensPerSecond", "10500")));
        ended.Status = JobStatus.Succeeded;

        Assert.Null(Link(ended).Rate);
        Assert.Null(new ChainLink("", JobKinds.TrainingRun, "", [], null, LeftOut: false).Rate);
    }

    [Fact]
    public void That_an_earlier_run_did_are_done_and_say_so()
    {
        var chain = Running(JobKinds.Chain, null);
        chain.Request = JobRequest.Of(new RunChain
        {
            ChainId = Guid.Parse(chain.Id),
            Job = new JobLink { RootId = Guid.Parse(chain.Id), Tenant = "acme" },
            Chain = new ChainSpec { Name = "demo", Data = new ChainData { Sources = [] }, Training = new(), Generation = new ChainGeneration { Prompts = ["one", "two"], Sampling = new SamplingSpec() } },
        });
        chain.Result = new() { [$"reused.{JobKinds.DatasetBuild}"] = "1", [$"reused.{JobKinds.TrainingRun}"] = "1", [$"reused.{JobKinds.Generation}"] = "1" };

        var links = ChainLink.Of(chain, [Answer(0, 1, 5)]);

        Assert.Equal(["succeeded", "left-out", "succeeded", "succeeded", "left-out"], links.Select(link => link.State));
        Assert.Equal(["reused", "reused", "2 of 2"], new[] { links[0].Line, links[2].Line, links[3].Line });
        Assert.Equal("running", ChainLink.Of(chain, [])[3].State);
    }

    private static ChainLink Link(params JobDocument[] jobs) => new("", jobs[0].Kind, "", jobs, null, LeftOut: false);

    // Heard after ten seconds.
    private static JobProgress Progress(string unit, double done, params (string Name, string Value)[] facts)
    {
        var first = Told(unit, 0, 0, []);
        return JobProgress.Next(JobProgress.Next(null, first), Told(unit, done, 10, facts));
    }

    private static JobProgressed Told(string unit, double done, int second, (string Name, string Value)[] facts) => new()
    {
        JobId = Guid.Empty,
        Job = new JobLink { RootId = Guid.Empty, Tenant = "acme" },
        Stage = "work",
        Done = done,
        Unit = unit,
        At = Noon.AddSeconds(second),
        Facts = facts.ToDictionary(fact => fact.Name, fact => fact.Value),
    };

    private static JobDocument Running(string kind, JobProgress? progress) => new()
    {
        Id = Guid.NewGuid().ToString(),
        Kind = kind,
        RootId = "",
        Tenant = "acme",
        CreatedAt = Noon,
        StartedAt = Noon,
        Status = JobStatus.Running,
        Progress = progress,
    };

    private static JobDocument Answer(int from, int to, int tokens)
    {
        var job = Running(JobKinds.Generation, null);
        (job.Status, job.StartedAt, job.FinishedAt) = (JobStatus.Succeeded, Noon.AddSeconds(from), Noon.AddSeconds(to));
        job.Result["tokens"] = $"{tokens}";
        return job;
    }
}
