using Aigc.Contracts;
using Aigc.Contracts.Annotation;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Distribution;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.Orchestration.Chains;

/// <summary>
/// (Recalling →) Supplying → Annotating → Training → Serving → Generating → Distributing → Succeeded; links the document leaves out are passed over.
/// </summary>
public sealed class ChainRunStateMachine : ProcessStateMachine<ChainRun>
{
    /// <summary>The table.</summary>
    public ChainRunStateMachine(TimeProvider time, IOptions<BusOptions> options)
        : base(JobKinds.Chain, time, options)
    {
        CorrelateStart(() => Requested, message => message.ChainId);
        Correlate(() => Recalled, message => message.ChainId);
        CorrelateChild(() => DatasetStands);
        CorrelateChild(() => DatasetFailed);
        CorrelateChild(() => LabelsStand);
        CorrelateChild(() => LabelsFailed);
        CorrelateChild(() => ModelStands);
        CorrelateChild(() => ModelFailed);
        Correlate(() => ModelReady, message => message.RequestId);
        Correlate(() => ModelRefused, message => message.RequestId);
        CorrelateChild(() => Answered);
        CorrelateChild(() => AnswerFailed);
        CorrelateChild(() => Published);
        CorrelateChild(() => PublishingFailed);

        Initially(
            When(Requested, c => c.Message.Resumes is null).Then(c => Accept(c.Saga, c.Message)).TransitionTo(Supplying).ThenAsync(EnterStep),
            When(Requested, c => c.Message.Resumes is not null).Then(c => Accept(c.Saga, c.Message)).TransitionTo(Recalling).ThenAsync(EnterStep));

        During(Recalling, When(Recalled).Then(c => ChainRecall.Take(c.Saga, c.Message)).ThenAsync(Advance));

        During(Supplying, When(DatasetStands).Then(c => c.Saga.Dataset = c.Message.Dataset).ThenAsync(Advance), Broken(DatasetFailed, "data supply", m => m.Problem));
        During(Annotating, When(LabelsStand).Then(c => c.Saga.Labels = c.Message.Labels).ThenAsync(Advance), Broken(LabelsFailed, "annotation", m => m.Problem));
        During(Training, When(ModelStands).Then(c => c.Saga.Model = c.Message.Model).ThenAsync(Advance), Broken(ModelFailed, "training", m => m.Problem));
        During(Serving, When(ModelReady).ThenAsync(Advance), Broken(ModelRefused, "serving", m => m.Problem));
        During(
            Generating,
            When(Answered).Then(c => c.Saga.Answers[c.Message.GenerationId] = c.Message).ThenAsync(AdvanceWhenComplete),
            Broken(AnswerFailed, "generation", m => m.Problem));
        During(
            Distributing,
            When(Published).Then(c => c.Saga.Receipts[c.Message.PublicationId] = c.Message.Receipt).ThenAsync(AdvanceWhenComplete),
            When(PublishingFailed, c => IsRejection(c.Message)).Then(c => c.Saga.Rejected.Add(c.Message.PublicationId)).ThenAsync(AdvanceWhenComplete),
            Broken(When(PublishingFailed, c => !IsRejection(c.Message)), "distribution", m => m.Problem));

        Event[] outcomes =
        [
            DatasetStands, DatasetFailed, LabelsStand, LabelsFailed, ModelStands, ModelFailed, ModelReady, ModelRefused,
            Answered, AnswerFailed, Published, PublishingFailed, Recalled,
        ];
        // Delivery is at least once and a link may answer a re-issued command late: what belongs to another state is named here.
        IgnoreOthers(Recalling, outcomes, Recalled);
        IgnoreOthers(Supplying, outcomes, DatasetStands, DatasetFailed);
        IgnoreOthers(Annotating, outcomes, LabelsStand, LabelsFailed);
        IgnoreOthers(Training, outcomes, ModelStands, ModelFailed);
        IgnoreOthers(Serving, outcomes, ModelReady, ModelRefused);
        IgnoreOthers(Generating, outcomes, Answered, AnswerFailed);
        IgnoreOthers(Distributing, outcomes, Published, PublishingFailed);
        Complete(Requested, [Recalling, Supplying, Annotating, Training, Serving, Generating, Distributing], outcomes);
    }

#pragma warning disable CS1591 // The table above says what each is.
    public State Recalling { get; } = null!;

    public State Supplying { get; } = null!;

    public State Annotating { get; } = null!;

    public State Training { get; } = null!;

    public State Serving { get; } = null!;

    public State Generating { get; } = null!;

    public State Distributing { get; } = null!;

    public Event<RunChain> Requested { get; } = null!;

    public Event<ChainRecalled> Recalled { get; } = null!;

    public Event<DatasetBuilt> DatasetStands { get; } = null!;

    public Event<DatasetBuildFailed> DatasetFailed { get; } = null!;

    public Event<LabelingFinished> LabelsStand { get; } = null!;

    public Event<LabelingFailed> LabelsFailed { get; } = null!;

    public Event<ModelTrained> ModelStands { get; } = null!;

    public Event<TrainingFailed> ModelFailed { get; } = null!;

    public Event<ModelLoaded> ModelReady { get; } = null!;

    public Event<ModelLoadFailed> ModelRefused { get; } = null!;

    public Event<GenerationFinished> Answered { get; } = null!;

    public Event<GenerationFailed> AnswerFailed { get; } = null!;

    public Event<ContentPublished> Published { get; } = null!;

    public Event<PublicationFailed> PublishingFailed { get; } = null!;
#pragma warning restore CS1591

    /// <inheritdoc />
    protected override IEnumerable<object> Pending(ChainRun saga) => saga.CurrentState switch
    {
        nameof(Recalling) => [ChainSteps.Recall(saga)],
        nameof(Supplying) => [ChainSteps.BuildDataset(saga)],
        nameof(Annotating) => [ChainSteps.Label(saga)],
        nameof(Training) => [ChainSteps.Train(saga)],
        nameof(Serving) => [ChainSteps.Load(saga)],
        nameof(Generating) => ChainSteps.Generations(saga).Where(generation => !saga.Answers.ContainsKey(generation.GenerationId)),
        nameof(Distributing) => ChainSteps.Publications(saga).Where(publication => !saga.Receipts.ContainsKey(publication.PublicationId) && !saga.Rejected.Contains(publication.PublicationId)),
        _ => [],
    };

    /// <inheritdoc />
    protected override string QueueFor(object command) =>
        command is LoadModel load ? InferenceQueues.Text(load.Model.Pool) : base.QueueFor(command);

    /// <inheritdoc />
    protected override bool IsWaiting(ChainRun saga) =>
        saga.CurrentState == nameof(Distributing) && saga.Chain.Distribution is { Approval: ChainDistribution.ApprovalRequired } or { PublishAt: not null };

    /// <inheritdoc />
    protected override object? Outcome(ChainRun saga) => saga.CurrentState switch
    {
        nameof(Succeeded) => new ChainFinished { ChainId = saga.CorrelationId, Tenant = saga.Tenant },
        nameof(Failed) => new ChainFailed { ChainId = saga.CorrelationId, Problem = saga.Problem! },
        nameof(Cancelled) => new ChainFailed { ChainId = saga.CorrelationId, Problem = new() { Code = "cancelled", Message = "The chain was cancelled." } },
        _ => null,
    };

    /// <inheritdoc />
    protected override LineageRecorded Lineage(ChainRun saga) => ChainFacts.Lineage(saga);

    /// <inheritdoc />
    protected override IEnumerable<Guid> Children(ChainRun saga) => ChainSteps.ChildIds(saga);

    private void Accept(ChainRun run, RunChain message)
    {
        Begin(run, message.Job, message.Chain.Name);
        (run.Chain, run.Resumes) = (message.Chain, message.Resumes);
        if (message.Resumes is { } earlier)
        {
            run.Result["resumes"] = earlier.ToString();
        }

        run.Result["lineage"] = run.CorrelationId.ToString();
    }

    private State Next(ChainRun run) => run switch
    {
        { Dataset: null } => Supplying,
        { Chain.Annotation: not null, Labels: null } => Annotating,
        { Chain.Training: not null, Model: null } => Training,
        { Chain.Generation: not null } when run.CurrentState is not (nameof(Serving) or nameof(Generating) or nameof(Distributing)) => Serving,
        { Chain.Generation: not null } when run.CurrentState == nameof(Serving) => Generating,
        { Chain.Distribution: not null } when run.CurrentState == nameof(Generating) => Distributing,
        _ => Succeeded,
    };

    private Task AdvanceWhenComplete(BehaviorContext<ChainRun> context) => Pending(context.Saga).Any() ? Task.CompletedTask : Advance(context);

    private async Task Advance(BehaviorContext<ChainRun> context)
    {
        var run = context.Saga;
        do
        {
            run.CurrentState = Next(run).Name;
        }
        while (run.CurrentState is nameof(Generating) or nameof(Distributing) && !Pending(run).Any()); // an earlier run has made all of it
        ChainFacts.Write(run);
        if (run.CurrentState != nameof(Succeeded))
        {
            await EnterStep(context);
            return;
        }

        End(run);
        await Announce(context);
    }

    private EventActivityBinder<ChainRun, TMessage> Broken<TMessage>(Event<TMessage> failure, string link, Func<TMessage, Problem> problem)
        where TMessage : class => Broken(When(failure), link, problem);

    private EventActivityBinder<ChainRun, TMessage> Broken<TMessage>(EventActivityBinder<ChainRun, TMessage> failure, string link, Func<TMessage, Problem> problem)
        where TMessage : class =>
        Fail(
            failure.ThenAsync(CancelChildren),
            message => problem(message) with { Message = $"The chain stopped at {link}: {problem(message).Message}" });

    // One that somebody did not want keeps the others from nothing.
    private static bool IsRejection(PublicationFailed failed) => failed.Problem.Code == PublicationFailed.Rejected;

    private void IgnoreOthers(State state, Event[] all, params Event[] handled)
    {
        foreach (var late in all.Except(handled))
        {
            During(state, Ignore(late));
        }
    }
}
