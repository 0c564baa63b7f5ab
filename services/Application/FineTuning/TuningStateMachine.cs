using System.Globalization;
using Aigc.Contracts.Application;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.Application.FineTuning;

/// <summary>Preparing → Training → Succeeded | Failed | Cancelled. The training itself is a training run like any other, and this one's child.</summary>
internal sealed class TuningStateMachine : ProcessStateMachine<TuningRun>
{
    private readonly TimeProvider _time;

    public TuningStateMachine(TimeProvider time, IOptions<BusOptions> options)
        : base(JobKinds.FineTuning, time, options)
    {
        _time = time;
        CorrelateStart(() => Requested, message => message.TuningId);
        Correlate(() => Prepared, message => message.TuningId);
        Correlate(() => Refused, message => message.TuningId);
        CorrelateChild(() => Trained);
        CorrelateChild(() => NotTrained);

        Initially(When(Requested).Then(Accept).TransitionTo(Preparing).ThenAsync(EnterStep));
        During(
            Preparing,
            When(Prepared).Then(c => c.Saga.Dataset = c.Message.Dataset).TransitionTo(Training).ThenAsync(EnterStep),
            Fail(When(Refused).Then(Ended), message => message.Problem),
            Ignore(Trained),
            Ignore(NotTrained));
        During(
            Training,
            Succeed(When(Trained).Then(Keep).Then(Ended)),
            Fail(When(NotTrained).Then(Ended), message => message.Problem),
            Ignore(Prepared),
            Ignore(Refused));
        Complete(Requested, [Preparing, Training], Prepared, Refused, Trained, NotTrained);
    }

    /// <summary>The file becomes a dataset.</summary>
    public State Preparing { get; } = null!;

    /// <summary>The training run is at work.</summary>
    public State Training { get; } = null!;

    public Event<FineTune> Requested { get; } = null!;

    public Event<ExamplesPrepared> Prepared { get; } = null!;

    public Event<ExamplesRefused> Refused { get; } = null!;

    public Event<ModelTrained> Trained { get; } = null!;

    public Event<TrainingFailed> NotTrained { get; } = null!;

    protected override IEnumerable<object> Pending(TuningRun saga) => saga.CurrentState switch
    {
        nameof(Preparing) =>
        [
            new PrepareExamples
            {
                TuningId = saga.CorrelationId,
                Job = saga.Job,
                Name = saga.Request.ModelName,
                Examples = saga.Request.Examples,
                Validation = saga.Request.Validation,
            },
        ],
        nameof(Training) =>
        [
            new TrainModel
            {
                RunId = saga.RunId,
                Job = saga.Job with { ParentId = saga.CorrelationId },
                Name = saga.Request.ModelName,
                Dataset = saga.Dataset!,
                Training = saga.Request.Training,
            },
        ],
        _ => [],
    };

    protected override object? Outcome(TuningRun saga) => saga.CurrentState is nameof(Succeeded) or nameof(Failed) or nameof(Cancelled)
        ? new FineTuningEnded { TuningId = saga.CorrelationId, Tenant = saga.Tenant, Status = saga.CurrentState.ToLowerInvariant(), Model = saga.Model }
        : null;

    protected override IEnumerable<Guid> Children(TuningRun saga) => [saga.RunId];

    protected override EventActivityBinder<TuningRun, CancellationRequested> Stop(State state, EventActivityBinder<TuningRun, CancellationRequested> when) =>
        base.Stop(state, when.Then(Ended));

    private void Accept(BehaviorContext<TuningRun, FineTune> context)
    {
        Begin(context.Saga, context.Message.Job, context.Message.ModelName);
        context.Saga.Request = context.Message;
    }

    private static void Keep(BehaviorContext<TuningRun, ModelTrained> context)
    {
        var (saga, message) = (context.Saga, context.Message);
        (saga.Model, saga.Evaluation) = (message.Model, message.Evaluation);
        saga.Spend(message.Usage);
        saga.Result = new Dictionary<string, string>
        {
            ["model"] = message.Model.Name,
            ["modelDigest"] = message.Model.Folder.Digest,
            ["bitsPerByte"] = message.Evaluation.BitsPerByte.ToString("F4", CultureInfo.InvariantCulture),
        };
    }

    private void Ended<TMessage>(BehaviorContext<TuningRun, TMessage> context)
        where TMessage : class => context.Saga.EndedAt = _time.GetUtcNow();
}
