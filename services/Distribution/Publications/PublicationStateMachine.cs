using Aigc.Contracts;
using Aigc.Contracts.Distribution;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.Distribution.Publications;

/// <summary>
/// Initial → [AwaitingApproval] → [Scheduled] → Delivering ⇄ Postponed → Succeeded | Failed | Cancelled. What needs no approval and has no time to wait for goes out
/// at once. A channel that is away is tried again until the time for it is up.
/// </summary>
internal sealed class PublicationStateMachine : ProcessStateMachine<Publication>
{
    // The schedule Standard Webhooks recommends; a channel's own Retry-After goes before it.
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20),
    ];

    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    private readonly TimeProvider _time;
    private readonly TimeSpan _giveUpAfter;

    public PublicationStateMachine(TimeProvider time, IOptions<BusOptions> bus, IOptions<DistributionOptions> distribution)
        : base(JobKinds.Publication, time, bus)
    {
        (_time, _giveUpAfter) = (time, distribution.Value.GiveUpAfter);
        CorrelateStart(() => Requested, message => message.PublicationId);
        Correlate(() => Delivered, message => message.PublicationId);
        Correlate(() => NotDelivered, message => message.PublicationId);

        Correlate(() => Decided, message => message.PublicationId);

        Initially(When(Requested).Then(Accept).ThenAsync(c => GoOn(c)));
        During(
            AwaitingApproval,
            When(Decided, c => c.Message.Approved).Then(c => c.Saga.Decision = c.Message).ThenAsync(c => GoOn(c)),
            Fail(When(Decided, c => !c.Message.Approved).Then(c => c.Saga.Decision = c.Message), Rejection),
            Ignore(DueStep));
        // After a start on the in-memory bus every date is told early: the clock decides, not the reminder.
        During(Scheduled, When(DueStep, c => c.Message.Due == c.Saga.Due && _time.GetUtcNow() >= c.Message.Due).ThenAsync(c => GoOn(c)), Ignore(Decided));
        foreach (var state in new[] { AwaitingApproval, Scheduled })
        {
            During(state, When(Requested).ThenAsync(Announce), When(StateAsked).ThenAsync(Announce), Stop(state, When(Cancellation)), Ignore(Delivered), Ignore(NotDelivered));
        }

        foreach (var state in new[] { Delivering, Postponed })
        {
            During(
                state,
                Succeed(When(Delivered).Then(Keep)),
                Ignore(Decided),
                When(NotDelivered, context => IsAnswer(context) && MayTryAgain(context)).Then(Postpone).TransitionTo(Postponed).ThenAsync(Announce),
                Fail(When(NotDelivered, context => IsAnswer(context) && !MayTryAgain(context)), message => message.Problem with { Transient = false }));
        }

        Complete(Requested, [Delivering, Postponed], Delivered, NotDelivered, Decided);
    }

    /// <summary>Waits for somebody to approve or reject it.</summary>
    public State AwaitingApproval { get; } = null!;

    /// <summary>Waits for its time.</summary>
    public State Scheduled { get; } = null!;

    public State Delivering { get; } = null!;

    /// <summary>Waits for the time the channel is to be tried again.</summary>
    public State Postponed { get; } = null!;

    public Event<PublishContent> Requested { get; } = null!;

    public Event<DecidePublication> Decided { get; } = null!;

    public Event<ContentDelivered> Delivered { get; } = null!;

    public Event<DeliveryFailed> NotDelivered { get; } = null!;

    protected override bool IsWaiting(Publication saga) => saga.CurrentState is nameof(Postponed) or nameof(AwaitingApproval) or nameof(Scheduled);

    protected override IEnumerable<object> Pending(Publication saga) =>
    [
        new DeliverContent { PublicationId = saga.CorrelationId, Job = saga.Job, Content = saga.Request.Content, Channel = saga.Request.Channel, Try = saga.Try },
    ];

    protected override object? Outcome(Publication saga) => saga.CurrentState switch
    {
        nameof(Succeeded) => new ContentPublished { PublicationId = saga.CorrelationId, Receipt = saga.Receipt!, Reused = saga.Reused },
        nameof(Failed) => new PublicationFailed { PublicationId = saga.CorrelationId, Problem = saga.Problem! },
        nameof(Cancelled) => new PublicationFailed { PublicationId = saga.CorrelationId, Problem = new() { Code = "cancelled", Message = "The publication was cancelled." } },
        _ => null,
    };

    private void Accept(BehaviorContext<Publication, PublishContent> context)
    {
        Begin(context.Saga, context.Message.Job, context.Message.Content.Title);
        context.Saga.Request = context.Message;
        context.Saga.Result["channel"] = context.Message.Channel.Kind;
        if ((context.Message.Channel.Path ?? context.Message.Channel.Url?.ToString()) is { } place)
        {
            context.Saga.Result["path"] = place;
        }

        context.Saga.Result["contentId"] = context.Message.Content.ContentId;
    }

    // The one place that says what comes next; every wait that is over asks here again.
    private Task GoOn(BehaviorContext<Publication> context)
    {
        var (saga, now) = (context.Saga, _time.GetUtcNow());
        if (saga.Request.NeedsApproval && saga.Decision is null)
        {
            return Wait(context, AwaitingApproval, null);
        }

        if (saga.Request.PublishAt is { } at && at > now)
        {
            return Wait(context, Scheduled, at);
        }

        (saga.CurrentState, saga.StartedAt) = (nameof(Delivering), now);
        return EnterStep(context);
    }

    private Task Wait(BehaviorContext<Publication> context, State state, DateTimeOffset? until)
    {
        (context.Saga.CurrentState, context.Saga.Due) = (state.Name, until);
        return Announce(context);
    }

    private static Problem Rejection(DecidePublication decision) =>
        new() { Code = PublicationFailed.Rejected, Message = $"Rejected by {decision.By}{(decision.Reason is { } why ? $": {why}" : ".")}" };

    private static void Keep(BehaviorContext<Publication, ContentDelivered> context)
    {
        var (saga, receipt) = (context.Saga, context.Message.Receipt);
        (saga.Receipt, saga.Reused, saga.Waiting) = (receipt, context.Message.Reused, null);
        saga.Result["location"] = receipt.Location;
        saga.Result["digest"] = receipt.Digest;
        saga.Result["marks"] = string.Join(", ", receipt.Marks);
        saga.Result["reused"] = context.Message.Reused ? "true" : "false";
    }

    // A late answer to an earlier try says nothing about this one.
    private static bool IsAnswer(BehaviorContext<Publication, DeliveryFailed> context) => context.Message.Try == context.Saga.Try;

    private bool MayTryAgain(BehaviorContext<Publication, DeliveryFailed> context) =>
        context.Message.Problem.Transient && _time.GetUtcNow() + Pause(context) < (context.Saga.StartedAt ?? context.Saga.CreatedAt) + _giveUpAfter;

    private void Postpone(BehaviorContext<Publication, DeliveryFailed> context)
    {
        var pause = Pause(context);
        context.Saga.Try++;
        context.Saga.Attempt = 0;
        context.Saga.Waiting = context.Message.Problem.Message;
        context.Saga.Due = _time.GetUtcNow() + pause;
    }

    private static TimeSpan Pause(BehaviorContext<Publication, DeliveryFailed> context)
    {
        var pause = context.Message.RetryAfterSeconds is { } asked
            ? TimeSpan.FromSeconds(Math.Clamp(asked, 1, LongestPause.TotalSeconds))
            : Pauses[Math.Min(context.Saga.Try, Pauses.Length - 1)];
        return pause;
    }

    protected override LineageRecorded Lineage(Publication saga) => new()
    {
        JobId = saga.CorrelationId,
        Activity = JobKinds.Publication,
        Tenant = saga.Tenant,
        Inputs = [new() { Kind = "content", Id = saga.Receipt!.ContentId, Title = saga.Title }],
        Outputs = [new() { Kind = "publication", Id = saga.CorrelationId.ToString(), Title = $"{saga.Receipt.Channel}: {saga.Receipt.Location}" }],
        At = saga.ChangedAt,
    };
}
