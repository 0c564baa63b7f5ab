using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.Conformance.Sagas;

/// <summary>A process that counts.</summary>
public sealed class Counter : ProcessSaga
{
    public int Count { get; set; }
}

[Queue("conformance.counters")]
public sealed record StartCounting
{
    public required Guid Id { get; init; }
}

public sealed record Counted
{
    public required Guid Id { get; init; }
}

public sealed class CounterStateMachine : ProcessStateMachine<Counter>
{
    public CounterStateMachine(TimeProvider time, IOptions<BusOptions> options)
        : base(JobKinds.Chain, time, options)
    {
        CorrelateStart(() => Started, message => message.Id);
        Correlate(() => Counted, message => message.Id);
        Initially(When(Started)
            .Then(context => Begin(context.Saga, new JobLink { RootId = context.Message.Id, Tenant = "default" }, "counter"))
            .TransitionTo(Counting));
        During(Counting, When(Counted).Then(context => context.Saga.Count++));
        Complete(Started, [Counting], Counted);
    }

    public State Counting { get; } = null!;

    public Event<StartCounting> Started { get; } = null!;

    public Event<Counted> Counted { get; } = null!;

    protected override IEnumerable<object> Pending(Counter saga) => [];

    protected override object? Outcome(Counter saga) => null;
}
