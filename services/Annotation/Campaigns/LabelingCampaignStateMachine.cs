using System.Globalization;
using Aigc.Contracts.Annotation;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.Annotation.Campaigns;

/// <summary>Initial → Labeling → [WaitingForPeople] → Exporting → Succeeded | Failed | Cancelled.</summary>
internal sealed class LabelingCampaignStateMachine : ProcessStateMachine<LabelingCampaign>
{
    private readonly TimeProvider _time;

    public LabelingCampaignStateMachine(TimeProvider time, IOptions<BusOptions> options)
        : base(JobKinds.LabelingCampaign, time, options)
    {
        _time = time;
        CorrelateStart(() => Requested, message => message.CampaignId);
        Correlate(() => Labeled, message => message.CampaignId);
        Correlate(() => Counted, message => message.CampaignId);
        Correlate(() => Exported, message => message.CampaignId);
        Correlate(() => StepFailed, message => message.CampaignId);

        Initially(When(Requested).Then(Accept).TransitionTo(Labeling).ThenAsync(EnterStep));
        During(
            Labeling,
            When(Labeled).Then(Count).IfElse(
                context => Waits(context.Saga),
                wait => wait.TransitionTo(WaitingForPeople).ThenAsync(EnterStep),
                go => go.TransitionTo(Exporting).ThenAsync(EnterStep)),
            Fail(When(StepFailed), message => message.Problem));
        During(
            WaitingForPeople,
            When(Counted, context => context.Message.Open > 0).Then(context => Count(context.Saga, context.Message.Open)),
            When(Counted, context => context.Message.Open == 0).Then(context => Count(context.Saga, 0)).TransitionTo(Exporting).ThenAsync(EnterStep));
        During(Exporting, Succeed(When(Exported).Then(Keep)), Fail(When(StepFailed), message => message.Problem));

        // Steps are told at least once and people label while the labelers or the export still run.
        During(Labeling, Ignore(Counted), Ignore(Exported));
        During(WaitingForPeople, Ignore(Labeled), Ignore(Exported), Ignore(StepFailed));
        During(Exporting, Ignore(Labeled), Ignore(Counted));
        Complete(Requested, [Labeling, WaitingForPeople, Exporting], Labeled, Counted, Exported, StepFailed);
    }

    public State Labeling { get; } = null!;

    public State WaitingForPeople { get; } = null!;

    public State Exporting { get; } = null!;

    public Event<RunLabelingCampaign> Requested { get; } = null!;

    public Event<TasksLabeled> Labeled { get; } = null!;

    public Event<TaskSubmitted> Counted { get; } = null!;

    public Event<LabelsExported> Exported { get; } = null!;

    public Event<CampaignStepFailed> StepFailed { get; } = null!;

    protected override bool IsWaiting(LabelingCampaign saga) => saga.CurrentState == nameof(WaitingForPeople);

    protected override IEnumerable<object> Pending(LabelingCampaign saga) => saga.CurrentState switch
    {
        nameof(Labeling) => [new LabelTasks { CampaignId = saga.CorrelationId, Job = saga.Job, Dataset = saga.Request.Dataset, Annotation = saga.Request.Annotation }],
        nameof(WaitingForPeople) => [new CountOpenTasks { CampaignId = saga.CorrelationId }],
        nameof(Exporting) =>
        [
            new ExportLabels
            {
                CampaignId = saga.CorrelationId,
                Job = saga.Job,
                Name = $"{saga.Request.Name}-labels",
                Dataset = saga.Request.Dataset,
                Annotation = saga.Request.Annotation,
            },
        ],
        _ => [],
    };

    protected override object? Outcome(LabelingCampaign saga) => saga.CurrentState switch
    {
        nameof(Succeeded) => new LabelingFinished
        {
            CampaignId = saga.CorrelationId,
            Labels = saga.Labels!,
            Agreed = saga.Agreed,
            Open = saga.Open,
            Agreement = saga.Agreement,
            Reused = saga.Reused,
            Usage = saga.Usage,
        },
        nameof(Failed) => new LabelingFailed { CampaignId = saga.CorrelationId, Problem = saga.Problem! },
        nameof(Cancelled) => new LabelingFailed { CampaignId = saga.CorrelationId, Problem = new() { Code = "cancelled", Message = "The campaign was cancelled." } },
        _ => null,
    };

    private void Accept(BehaviorContext<LabelingCampaign, RunLabelingCampaign> context)
    {
        Begin(context.Saga, context.Message.Job, context.Message.Name);
        context.Saga.Request = context.Message;
    }

    private static bool Waits(LabelingCampaign saga) => saga.Open > 0 && saga.Request.Annotation.OnDisagreement == "wait";

    private static void Count(BehaviorContext<LabelingCampaign, TasksLabeled> context)
    {
        context.Saga.Spend(context.Message.Usage);
        context.Saga.Agreed = context.Message.Agreed;
        Count(context.Saga, context.Message.Open);
    }

    private static void Count(LabelingCampaign saga, long open)
    {
        saga.Open = open;
        saga.Result["agreed"] = saga.Agreed.ToString(CultureInfo.InvariantCulture);
        saga.Result["open"] = open.ToString(CultureInfo.InvariantCulture);
    }

    private static void Keep(BehaviorContext<LabelingCampaign, LabelsExported> context)
    {
        var (saga, message) = (context.Saga, context.Message);
        saga.Spend(message.Usage);
        (saga.Labels, saga.Agreed, saga.Reused) = (message.Labels, message.Agreed, message.Reused);
        saga.Agreement = message.Agreement.ToDictionary();
        Count(saga, message.Open);
        saga.Result["digest"] = message.Labels.Folder.Digest;
        saga.Result["rows"] = message.Labels.TrainRows.ToString(CultureInfo.InvariantCulture);
        saga.Result["reused"] = message.Reused ? "true" : "false";
        foreach (var (name, value) in message.Agreement)
            saga.Result[name] = value.ToString("0.####", CultureInfo.InvariantCulture);
    }

    protected override LineageRecorded Lineage(LabelingCampaign saga) => new()
    {
        JobId = saga.CorrelationId,
        Activity = JobKinds.LabelingCampaign,
        Tenant = saga.Tenant,
        Inputs = [new() { Kind = "dataset", Id = saga.Request.Dataset.Folder.Digest, Title = saga.Request.Dataset.Name }],
        Outputs = [new() { Kind = "labels", Id = saga.Labels!.Folder.Digest, Title = saga.Labels.Name }],
        At = saga.ChangedAt,
    };
}
