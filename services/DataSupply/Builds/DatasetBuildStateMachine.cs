using System.Globalization;
using Aigc.Contracts;
using Aigc.Contracts.DataSupply;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.DataSupply.Builds;

/// <summary>
/// Initial → Collecting → Preparing → Merging → Succeeded | Failed | Cancelled. Preparing fans out: a bounded number of shards is on the work
/// queue at a time, and each one that comes back orders the next. Sources that give an existing version end at once.
/// </summary>
internal sealed class DatasetBuildStateMachine : ProcessStateMachine<DatasetBuild>
{
    private const int MaxInFlight = 16;

    private readonly AigcPaths _paths;
    private readonly TimeProvider _time;
    private readonly TimeSpan _stepTimeout;

    public DatasetBuildStateMachine(TimeProvider time, IOptions<BusOptions> options, AigcPaths paths)
        : base(JobKinds.DatasetBuild, time, options)
    {
        (_paths, _time, _stepTimeout) = (paths, time, options.Value.StepTimeout);
        CorrelateStart(() => Requested, message => message.BuildId);
        Correlate(() => Collected, message => message.BuildId);
        Correlate(() => Prepared, message => message.BuildId);
        Correlate(() => Merged, message => message.BuildId);
        Correlate(() => StepFailed, message => message.BuildId);

        Initially(When(Requested).Then(Start).TransitionTo(Collecting).ThenAsync(EnterStep));

        During(
            Collecting,
            Succeed(When(Collected, context => context.Message.Existing is not null).Then(TakeExisting)),
            When(Collected, context => context.Message.Existing is null).Then(TakePlan).TransitionTo(Preparing).ThenAsync(EnterStep),
            Fail(When(StepFailed), message => message.Problem),
            Ignore(Prepared),
            Ignore(Merged));

        During(
            Preparing,
            When(Prepared).If(
                context => context.Saga.MarkDone(context.Message.Shard),
                first => first.Then(CountShard).ThenAsync(TellProgress).IfElse(
                    context => context.Saga.DoneShards == context.Saga.Shards,
                    done => done.TransitionTo(Merging).ThenAsync(EnterStep),
                    more => more.ThenAsync(OrderNext))),
            Fail(When(StepFailed), message => message.Problem),
            Ignore(Collected),
            Ignore(Merged));

        During(
            Merging,
            Succeed(When(Merged).Then(TakeVersion)),
            Fail(When(StepFailed), message => message.Problem),
            Ignore(Collected),
            Ignore(Prepared));

        Complete(Requested, [Collecting, Preparing, Merging], Collected, Prepared, Merged, StepFailed);
    }

    public State Collecting { get; } = null!;

    public State Preparing { get; } = null!;

    public State Merging { get; } = null!;

    public Event<BuildDataset> Requested { get; } = null!;

    public Event<SourcesCollected> Collected { get; } = null!;

    public Event<ShardPrepared> Prepared { get; } = null!;

    public Event<ShardsMerged> Merged { get; } = null!;

    public Event<BuildStepFailed> StepFailed { get; } = null!;

    protected override IEnumerable<object> Pending(DatasetBuild saga) => saga.CurrentState switch
    {
        nameof(Collecting) => [new CollectSources { BuildId = saga.CorrelationId, Job = saga.Job, Name = saga.Name, Sources = saga.Sources, Prepare = saga.Prepare }],
        nameof(Preparing) => saga.InFlight().Select(shard => Order(saga, shard)),
        nameof(Merging) =>
        [
            new MergeShards
            {
                BuildId = saga.CorrelationId, Job = saga.Job, Name = saga.Name, Key = saga.Key, Plan = saga.Plan!, Shards = saga.Shards, Prepare = saga.Prepare,
            },
        ],
        _ => [],
    };

    protected override object? Outcome(DatasetBuild saga) => saga.CurrentState switch
    {
        nameof(Succeeded) => new DatasetBuilt { BuildId = saga.CorrelationId, Dataset = saga.Dataset!, Counts = saga.Counts, Reused = saga.Reused, Usage = saga.Usage },
        nameof(Failed) => new DatasetBuildFailed { BuildId = saga.CorrelationId, Problem = saga.Problem! },
        nameof(Cancelled) => new DatasetBuildFailed { BuildId = saga.CorrelationId, Problem = new() { Code = "cancelled", Message = "The build was cancelled." } },
        _ => null,
    };

    private void Start(BehaviorContext<DatasetBuild, BuildDataset> context)
    {
        var (saga, message) = (context.Saga, context.Message);
        Begin(saga, message.Job, message.Name);
        (saga.Name, saga.Sources, saga.Prepare) = (message.Name, message.Sources, message.Prepare);
    }

    private void TakePlan(BehaviorContext<DatasetBuild, SourcesCollected> context)
    {
        var (saga, message) = (context.Saga, context.Message);
        saga.Spend(message.Usage);
        (saga.Plan, saga.Key, saga.Shards) = (message.Plan, message.Key, message.Shards);
        saga.Done = new byte[(message.Shards + 7) / 8];
        saga.Ordered = Math.Min(MaxInFlight, message.Shards);
        saga.PreparingSince = _time.GetUtcNow();
    }

    private void TakeExisting(BehaviorContext<DatasetBuild, SourcesCollected> context)
    {
        context.Saga.Spend(context.Message.Usage);
        context.Saga.Reused = true;
        Finish(context.Saga, context.Message.Existing!, context.Message.Counts);
    }

    private void TakeVersion(BehaviorContext<DatasetBuild, ShardsMerged> context)
    {
        context.Saga.Spend(context.Message.Usage);
        Finish(context.Saga, context.Message.Dataset, context.Message.Counts);
    }

    private void Finish(DatasetBuild saga, DatasetVersionRef dataset, IReadOnlyDictionary<string, long> counts)
    {
        (saga.Dataset, saga.Counts) = (dataset, counts.ToDictionary());
        saga.Result = new()
        {
            ["dataset"] = dataset.Folder.Digest,
            ["path"] = PublishedFolder.Of(_paths, saga.Name),
            ["trainRows"] = Text(dataset.TrainRows),
            ["validationRows"] = Text(dataset.ValidationRows),
            ["textBytes"] = Text(dataset.TextBytes),
            ["reused"] = saga.Reused ? "true" : "false",
        };
        foreach (var (name, count) in counts)
        {
            saga.Result["count." + name] = Text(count);
        }
    }

    private static void CountShard(BehaviorContext<DatasetBuild, ShardPrepared> context)
    {
        context.Saga.Spend(context.Message.Usage);
        context.Saga.Documents += context.Message.Documents;
    }

    private async Task OrderNext(BehaviorContext<DatasetBuild, ShardPrepared> context)
    {
        var saga = context.Saga;
        // Something moved: those in flight get their full time again.
        (saga.Attempt, saga.Due) = (0, _time.GetUtcNow() + (_stepTimeout * 2));
        if (saga.Ordered < saga.Shards)
        {
            var command = Order(saga, saga.Ordered++);
            var endpoint = await context.GetSendEndpoint(Routes.ToQueue(Routes.QueueOf(command.GetType())));
            await endpoint.Send(command, context.CancellationToken);
        }
    }

    private Task TellProgress(BehaviorContext<DatasetBuild, ShardPrepared> context)
    {
        var saga = context.Saga;
        var seconds = (_time.GetUtcNow() - saga.PreparingSince)?.TotalSeconds ?? 0;
        return context.Publish(
            new JobProgressed
            {
                JobId = saga.CorrelationId,
                Job = saga.Job,
                Stage = "prepare",
                Done = saga.DoneShards,
                Total = saga.Shards,
                Unit = "shards",
                At = _time.GetUtcNow(),
                Facts = new Dictionary<string, string>
                {
                    ["documents"] = Text(saga.Documents),
                    ["documentsPerSecond"] = (seconds > 0 ? saga.Documents / seconds : 0).ToString("0", CultureInfo.InvariantCulture),
                },
            },
            context.CancellationToken);
    }

    protected override LineageRecorded Lineage(DatasetBuild saga) => new()
    {
        JobId = saga.CorrelationId,
        Activity = JobKinds.DatasetBuild,
        Tenant = saga.Tenant,
        Inputs = [.. saga.Sources.Select(SourceNode)],
        Outputs = [new() { Kind = "dataset", Id = saga.Dataset!.Folder.Digest, Title = saga.Name }],
        At = saga.ChangedAt,
    };

    private static LineageNode SourceNode(DataSource source) => new()
    {
        Kind = "source",
        Id = source.Upload?.Digest ?? source.Path ?? (source.Urls.Count > 0 ? string.Join(' ', source.Urls) : source.Kind),
        Title = source.FileName ?? source.Kind,
    };

    private static PrepareShard Order(DatasetBuild saga, int shard) =>
        new() { BuildId = saga.CorrelationId, Job = saga.Job, Key = saga.Key, Shard = shard, Plan = saga.Plan!, Prepare = saga.Prepare };

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
