using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.ModelTraining.Runs;

/// <summary>Initial → Fitting → Registering → Succeeded | Failed | Cancelled.</summary>
internal sealed class TrainingRunStateMachine : ProcessStateMachine<TrainingRun>
{
    private readonly TimeProvider _time;
    private readonly AigcPaths _paths;

    public TrainingRunStateMachine(TimeProvider time, IOptions<BusOptions> options, AigcPaths paths)
        : base(JobKinds.TrainingRun, time, options)
    {
        _time = time;
        _paths = paths;
        CorrelateStart(() => Requested, message => message.RunId);
        Correlate(() => Fitted, message => message.RunId);
        Correlate(() => FitRefused, message => message.RunId);
        Correlate(() => Registered, message => message.RunId);
        Correlate(() => NotRegistered, message => message.RunId);

        Initially(
            When(Requested).Then(Accept).TransitionTo(Fitting).ThenAsync(EnterStep));
        During(
            Fitting,
            When(Fitted, context => context.Message.Evaluation.Passed).Then(Keep).TransitionTo(Registering).ThenAsync(EnterStep),
            Fail(When(Fitted, context => !context.Message.Evaluation.Passed).Then(Keep), message => GateFailed(message)),
            Fail(When(FitRefused), message => message.Problem),
            Ignore(Registered),
            Ignore(NotRegistered));
        During(
            Registering,
            Succeed(When(Registered)),
            Fail(When(NotRegistered), message => message.Problem),
            Ignore(Fitted),
            Ignore(FitRefused));
        Complete(Requested, [Fitting, Registering], Fitted, FitRefused, Registered, NotRegistered);
    }

    /// <summary>The trainer is at work.</summary>
    public State Fitting { get; } = null!;

    /// <summary>The registry is asked to take the model.</summary>
    public State Registering { get; } = null!;

    public Event<TrainModel> Requested { get; } = null!;

    public Event<ModelFitted> Fitted { get; } = null!;

    public Event<FitFailed> FitRefused { get; } = null!;

    public Event<ModelRegistered> Registered { get; } = null!;

    public Event<ModelNotRegistered> NotRegistered { get; } = null!;

    protected override IEnumerable<object> Pending(TrainingRun saga) => saga.CurrentState switch
    {
        nameof(Fitting) =>
        [
            new FitModel
            {
                RunId = saga.CorrelationId,
                Job = saga.Job,
                Name = saga.Request.Name,
                Dataset = saga.Request.Dataset,
                Labels = saga.Request.Labels,
                Training = saga.Request.Training,
            },
        ],
        nameof(Registering) =>
        [
            new RegisterModel { RunId = saga.CorrelationId, Model = saga.Model!, Tenant = saga.Tenant, Evaluation = saga.Evaluation },
        ],
        _ => [],
    };

    protected override object? Outcome(TrainingRun saga) => saga.CurrentState switch
    {
        nameof(Succeeded) => new ModelTrained
        {
            RunId = saga.CorrelationId,
            Model = saga.Model!,
            Evaluation = saga.Evaluation!,
            Reused = saga.Reused,
            Usage = saga.Usage,
        },
        nameof(Failed) => new TrainingFailed { RunId = saga.CorrelationId, Problem = saga.Problem!, Evaluation = saga.Evaluation },
        nameof(Cancelled) => new TrainingFailed
        {
            RunId = saga.CorrelationId,
            Problem = new Problem { Code = "cancelled", Message = $"Training of {saga.Title} was cancelled." },
            Evaluation = saga.Evaluation,
        },
        _ => null,
    };

    void Accept(BehaviorContext<TrainingRun, TrainModel> context)
    {
        Begin(context.Saga, context.Message.Job, context.Message.Name);
        context.Saga.Request = context.Message;
    }

    void Keep(BehaviorContext<TrainingRun, ModelFitted> context)
    {
        var (saga, message) = (context.Saga, context.Message);
        saga.Model = message.Model;
        saga.Evaluation = message.Evaluation;
        saga.Reused = message.Reused;
        saga.Crashes = message.Crashes;
        saga.Spend(message.Usage);
        saga.Result = RunFacts.Of(message);
        if (message.Evaluation.Passed)
        {
            saga.Result["path"] = _paths.Published("models", saga.Request.Name);
        }
    }

    /// <summary>The model exists and is kept; it is not good enough to be served.</summary>
    static Problem GateFailed(ModelFitted message) => new()
    {
        Code = "gate_failed",
        Message = $"{Comparison(message.Evaluation)} It is kept as {message.Model.Folder.Digest[..12]} and not registered.",
        Param = "training.gate.betterThan",
    };

    static string Comparison(EvaluationReport evaluation) => FormattableString.Invariant(evaluation.Classifier is { } classifier
        ? $"The classifier has a macro F1 of {classifier.MacroF1:F3} on held-out rows and one word a label has {classifier.BaselineMacroF1:F3}; give it more labelled rows, or rows of more groups."
        : (FormattableString)$"The model needs {evaluation.BitsPerByte:F3} bits per byte and the baseline {evaluation.BaselineBitsPerByte:F3}; train longer or on more text.");

    protected override LineageRecorded Lineage(TrainingRun saga)
    {
        var request = saga.Request;
        List<LineageNode> inputs = [new() { Kind = "dataset", Id = request.Dataset.Folder.Digest, Title = request.Dataset.Name }];
        if (request.Labels is { } labels)
            inputs.Add(new() { Kind = "labels", Id = labels.Folder.Digest, Title = labels.Name });
        return new()
        {
            JobId = saga.CorrelationId,
            Activity = JobKinds.TrainingRun,
            Tenant = saga.Tenant,
            Inputs = inputs,
            Outputs = [new() { Kind = "model", Id = saga.Model!.Folder.Digest, Title = saga.Model.Name }],
            At = saga.ChangedAt,
        };
    }
}
