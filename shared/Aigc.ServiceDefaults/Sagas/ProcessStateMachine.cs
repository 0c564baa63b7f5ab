using System.Linq.Expressions;
using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Bus;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.ServiceDefaults.Sagas;

/// <summary>
/// What every process of the platform has in common: it can be asked for its state, cancelled, and reminded of a step whose deadline
/// has passed. A derived machine names its own states and events as a table and says in <see cref="Pending"/> which commands the
/// present state waits for; those are sent on entry and sent again whenever the deadline passes. Steps are idempotent, so sending
/// one too often costs a message and nothing else.
/// </summary>
public abstract class ProcessStateMachine<TSaga> : MassTransitStateMachine<TSaga>
    where TSaga : ProcessSaga
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly string _kind;
    private readonly TimeProvider _time;
    private readonly TimeSpan _stepTimeout;

    /// <summary>Wires the common events. <paramref name="kind"/> is one of <see cref="JobKinds"/>.</summary>
    protected ProcessStateMachine(string kind, TimeProvider time, IOptions<BusOptions> options)
    {
        _kind = kind;
        _time = time;
        _stepTimeout = options.Value.StepTimeout;
        InstanceState(saga => saga.CurrentState);
        Correlate(() => DueStep, message => message.JobId);
        Correlate(() => Cancellation, message => message.JobId);
        Correlate(() => StateAsked, message => message.JobId);
    }

    /// <summary>Finished well.</summary>
    public State Succeeded { get; } = null!;

    /// <summary>Finished with a problem.</summary>
    public State Failed { get; } = null!;

    /// <summary>Stopped on request.</summary>
    public State Cancelled { get; } = null!;

    /// <summary>A deadline passed.</summary>
    public Event<StepDue> DueStep { get; } = null!;

    /// <summary>Somebody wants it stopped.</summary>
    public Event<CancellationRequested> Cancellation { get; } = null!;

    /// <summary>Somebody asks for its state.</summary>
    public Event<StateRequested> StateAsked { get; } = null!;

    /// <summary>The commands the saga waits for in its present state. Anything without a queue attribute goes out through <see cref="QueueFor"/>.</summary>
    protected abstract IEnumerable<object> Pending(TSaga saga);

    /// <summary>The event that tells whoever ordered the process how it ended; null while it runs.</summary>
    protected abstract object? Outcome(TSaga saga);

    /// <summary>
    /// What a process that succeeded made of what. Told with every announcement, since one told once can be lost between "saved"
    /// and "sent"; the index keeps the first.
    /// </summary>
    protected virtual LineageRecorded? Lineage(TSaga saga) => null;

    /// <summary>Jobs to stop when this one is stopped.</summary>
    protected virtual IEnumerable<Guid> Children(TSaga saga) => [];

    /// <summary>States in which the process waits for a person or a date.</summary>
    protected virtual bool IsWaiting(TSaga saga) => false;

    /// <summary>What a cancellation does in a running state: the process ends as it is. One with something to finish first says so here.</summary>
    protected virtual EventActivityBinder<TSaga, CancellationRequested> Stop(State state, EventActivityBinder<TSaga, CancellationRequested> when) =>
        when.Then(context => End(context.Saga)).ThenAsync(CancelChildren).TransitionTo(Cancelled).ThenAsync(Announce);

    /// <summary>Queue of a pending command whose queue depends on its content.</summary>
    protected virtual string QueueFor(object command) => Routes.QueueOf(command.GetType());

    /// <summary>
    /// Declares how the common events are handled in the running states, and which of the process's own events are late in which
    /// state. Called last in a derived constructor.
    /// </summary>
    /// <param name="started">The command that starts the process; again, it re-announces where the process stands.</param>
    /// <param name="running">Every state between start and end.</param>
    /// <param name="events">The process's own step events: ignored by name once it has ended.</param>
    protected void Complete<TStart>(Event<TStart> started, State[] running, params Event[] events)
        where TStart : class
    {
        State[] ended = [Succeeded, Failed, Cancelled];
        foreach (var state in running)
        {
            During(
                state,
                When(started).ThenAsync(Announce),
                When(StateAsked).ThenAsync(Announce),
                When(DueStep, context => context.Saga.Due == context.Message.Due).Then(context => context.Saga.Attempt++).ThenAsync(Issue),
                Stop(state, When(Cancellation)));
        }

        foreach (var state in ended)
        {
            During(state, When(started).ThenAsync(Announce), When(StateAsked).ThenAsync(Announce), Ignore(DueStep), Ignore(Cancellation));
            foreach (var late in events)
            {
                During(state, Ignore(late));
            }
        }
    }

    /// <summary>Correlates an event by id; without a saga of that id the event means nothing here.</summary>
    protected void Correlate<TMessage>(Expression<Func<Event<TMessage>>> property, Func<TMessage, Guid> id)
        where TMessage : class =>
        Event(property, e =>
        {
            e.CorrelateById(context => id(context.Message));
            e.OnMissingInstance(missing => missing.Discard());
        });

    /// <summary>Correlates the outcome of a process this one ordered.</summary>
    protected void CorrelateChild<TMessage>(Expression<Func<Event<TMessage>>> property)
        where TMessage : class =>
        Event(property, e =>
        {
            e.CorrelateById(context => context.CorrelationId ?? Guid.Empty);
            e.OnMissingInstance(missing => missing.Discard());
        });

    /// <summary>Correlates the command that creates the saga.</summary>
    protected void CorrelateStart<TMessage>(Expression<Func<Event<TMessage>>> property, Func<TMessage, Guid> id)
        where TMessage : class =>
        Event(property, e => e.CorrelateById(context => id(context.Message)));

    /// <summary>Fills the common fields of a new saga.</summary>
    protected void Begin(TSaga saga, JobLink job, string title)
    {
        saga.Job = job;
        saga.Tenant = job.Tenant;
        saga.Title = title;
        saga.CreatedAt = _time.GetUtcNow();
    }

    /// <summary>Sends the pending commands and sets the deadline after which they are sent again.</summary>
    protected async Task Issue(BehaviorContext<TSaga> context)
    {
        var saga = context.Saga;
        var wait = _stepTimeout * Math.Pow(2, Math.Min(saga.Attempt, 6));
        saga.Due = _time.GetUtcNow() + (wait < LongestWait ? wait : LongestWait);
        foreach (var command in Pending(saga))
        {
            var endpoint = await context.GetSendEndpoint(Routes.ToQueue(QueueFor(command)));
            await endpoint.Send(command, command.GetType(), context.CancellationToken);
        }
    }

    /// <summary>A new step: its commands go out and the job's change is told.</summary>
    protected async Task EnterStep(BehaviorContext<TSaga> context)
    {
        context.Saga.Attempt = 0;
        await Issue(context);
        await Announce(context);
    }

    /// <summary>Tells the job's state, and the outcome if there is one, to whoever listens.</summary>
    protected async Task Announce(BehaviorContext<TSaga> context)
    {
        var saga = context.Saga;
        saga.ChangedAt = _time.GetUtcNow();
        await context.Publish(Changed(saga), context.CancellationToken);
        if (saga.CurrentState == nameof(Succeeded) && Lineage(saga) is { } lineage)
        {
            await context.Publish(lineage, context.CancellationToken);
        }

        if (Outcome(saga) is { } outcome)
        {
            // The envelope carries who ordered the process: an ordering saga correlates its children's outcomes by it.
            var toParent = Pipe.Execute<PublishContext>(publish => publish.CorrelationId = saga.Job.ParentId);
            await context.Publish(outcome, outcome.GetType(), toParent, context.CancellationToken);
        }
    }

    /// <summary>The process has no pending step any more.</summary>
    protected static void End(TSaga saga, Problem? problem = null)
    {
        saga.Due = null;
        saga.Problem = problem;
    }

    /// <summary>Ends well: <c>When(…).Then(…).ThenSucceed</c>.</summary>
    protected EventActivityBinder<TSaga, TMessage> Succeed<TMessage>(EventActivityBinder<TSaga, TMessage> when)
        where TMessage : class =>
        when.Then(context => End(context.Saga)).TransitionTo(Succeeded).ThenAsync(Announce);

    /// <summary>Ends with the problem the message carries.</summary>
    protected EventActivityBinder<TSaga, TMessage> Fail<TMessage>(EventActivityBinder<TSaga, TMessage> when, Func<TMessage, Problem> problem)
        where TMessage : class =>
        when.Then(context => End(context.Saga, problem(context.Message))).TransitionTo(Failed).ThenAsync(Announce);

    private JobChanged Changed(TSaga saga) => new()
    {
        JobId = saga.CorrelationId,
        Kind = _kind,
        Job = saga.Job,
        Status = StatusOf(saga),
        Sequence = saga.Version + 1,
        At = saga.ChangedAt,
        Stage = KebabCaseEndpointNameFormatter.Instance.SanitizeName(saga.CurrentState),
        Title = saga.Title,
        Error = saga.Problem,
        Result = saga.Result,
        Usage = saga.Usage,
    };

    private JobStatus StatusOf(TSaga saga) => saga.CurrentState switch
    {
        nameof(Succeeded) => JobStatus.Succeeded,
        nameof(Failed) => JobStatus.Failed,
        nameof(Cancelled) => JobStatus.Cancelled,
        _ => IsWaiting(saga) ? JobStatus.Waiting : JobStatus.Running,
    };

    /// <summary>Asks every child to stop.</summary>
    protected async Task CancelChildren(BehaviorContext<TSaga> context)
    {
        foreach (var child in Children(context.Saga))
        {
            await context.Publish(new CancellationRequested { JobId = child }, context.CancellationToken);
        }
    }
}
