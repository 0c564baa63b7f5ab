using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using Aigc.ServiceDefaults.Work;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.ServiceDefaults.Tests.Processes;

/// <summary>The smallest real process: one step of long work.</summary>
public sealed class SampleRun : ProcessSaga
{
    public TrainModel Request { get; set; } = null!;
}

public sealed class SampleRunStateMachine : ProcessStateMachine<SampleRun>
{
    public SampleRunStateMachine(TimeProvider time, IOptions<BusOptions> options)
        : base(JobKinds.TrainingRun, time, options)
    {
        CorrelateStart(() => Requested, message => message.RunId);
        Correlate(() => Failure, message => message.RunId);
        Correlate(() => Fitted, message => message.RunId);

        Initially(
            When(Requested)
                .Then(context =>
                {
                    Begin(context.Saga, context.Message.Job, context.Message.Name);
                    context.Saga.Request = context.Message;
                })
                .TransitionTo(Fitting)
                .ThenAsync(EnterStep));
        During(Fitting, Fail(When(Failure), message => message.Problem), Succeed(When(Fitted)));
        Complete(Requested, [Fitting], Failure, Fitted);
    }

    public State Fitting { get; } = null!;

    public Event<TrainModel> Requested { get; } = null!;

    public Event<FitFailed> Failure { get; } = null!;

    public Event<ModelFitted> Fitted { get; } = null!;

    protected override IEnumerable<object> Pending(SampleRun saga) =>
        [new FitModel { RunId = saga.CorrelationId, Job = saga.Job, Name = saga.Request.Name, Dataset = saga.Request.Dataset, Training = saga.Request.Training }];

    protected override object? Outcome(SampleRun saga) =>
        saga.Problem is { } problem ? new TrainingFailed { RunId = saga.CorrelationId, Problem = problem } : null;
}

/// <summary>Does what the test tells it to, and counts.</summary>
public sealed class SampleWork(SampleWorkScript script) : IWork<FitModel>
{
    public string IdOf(FitModel command) => $"fit/{command.RunId}";

    public (Guid JobId, JobLink Job) JobOf(FitModel command) => (command.RunId, command.Job);

    public async Task<object> Run(FitModel command, WorkContext context, CancellationToken ct)
    {
        Interlocked.Increment(ref script.Runs);
        await script.Body(context, ct);
        return new ModelFitted
        {
            RunId = command.RunId,
            Model = new ModelRef { Name = command.Name, Folder = Samples.Folder, Tier = "small", ContextLength = 16 },
            Evaluation = new EvaluationReport { BitsPerByte = 1, BaselineBitsPerByte = 2, Bytes = 1, Passed = true },
        };
    }

    public object Failed(FitModel command, Problem problem) => new FitFailed { RunId = command.RunId, Problem = problem };
}

public sealed class SampleWorkScript
{
    public int Runs;

    public Func<WorkContext, CancellationToken, Task> Body { get; set; } = (_, _) => Task.CompletedTask;
}

internal static class Samples
{
    public static ArtifactRef Folder { get; } = new() { Digest = new string('a', 64), Size = 1, MediaType = ArtifactRef.FolderMediaType };

    public static TrainModel Request(Guid id) => new()
    {
        RunId = id,
        Job = new JobLink { RootId = id, Tenant = "default" },
        Name = "sample",
        Dataset = new() { Name = "sample", Folder = Folder, TrainRows = 1, ValidationRows = 1, TextBytes = 1 },
        Training = new TrainingSpec(),
    };
}
