using Aigc.Contracts.Jobs;
using Aigc.Standalone.Chains;

namespace Aigc.Standalone.Tests;

public sealed class A_chain_view
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private readonly Guid _chain = Guid.NewGuid();
    private readonly Guid _child = Guid.NewGuid();

    [Fact]
    public void Knows_rate_and_time_left_of_a_stage_from_two_reports()
    {
        var view = View();

        view.Apply(Progress(done: 10, total: 100, seconds: 0));
        var job = view.Apply(Progress(done: 30, total: 100, seconds: 2));
        view.Apply(Changed(JobStatus.Running, seconds: 2));

        Assert.Equal(10, job.Rate);
        Assert.Equal(TimeSpan.FromSeconds(7), job.Left);
    }

    [Fact]
    public void Gathers_the_text_of_an_answer_and_the_loss_of_a_training()
    {
        var view = View();

        view.Apply(Progress(1, null, 0, ("text", "Hello ")));
        view.Apply(Progress(2, null, 1, ("text", "world"), ("loss", "3.5")));

        Assert.Equal("Hello world", view.Jobs[0].Text.ToString());
        Assert.Equal(3.5, view.Jobs[0].Loss[0].Loss);
    }

    [Fact]
    public void Tells_the_chain_itself_from_the_jobs_it_ordered()
    {
        var view = View();

        view.Apply(new JobEventInfo { JobId = _chain, At = Start, Kind = JobKinds.Chain, Status = JobStatus.Running, Stage = "supplying" });
        view.Apply(Changed(JobStatus.Succeeded, seconds: 5));

        Assert.Equal("supplying", view.Chain.Step);
        Assert.Equal(JobStatus.Succeeded, Assert.Single(view.OfKind(JobKinds.DatasetBuild)).Status);
    }

    private ChainView View() => new(new JobInfo { Id = _chain, Kind = JobKinds.Chain, Status = JobStatus.Queued });

    private JobEventInfo Changed(JobStatus status, double seconds) =>
        new() { JobId = _child, At = Start.AddSeconds(seconds), Kind = JobKinds.DatasetBuild, Status = status };

    private JobEventInfo Progress(double done, double? total, double seconds, params (string Name, string Value)[] facts) => new()
    {
        JobId = _child,
        At = Start.AddSeconds(seconds),
        Stage = "prepare",
        Done = done,
        Total = total,
        Unit = "documents",
        Facts = facts.ToDictionary(fact => fact.Name, fact => fact.Value),
    };
}
