using System.Globalization;
using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.ModelTraining.Imports;

/// <summary>Initial → Fetching → Registering → Succeeded | Failed | Cancelled.</summary>
internal sealed class ImportRunStateMachine : ProcessStateMachine<ImportRun>
{
    public ImportRunStateMachine(TimeProvider time, IOptions<BusOptions> options)
        : base(JobKinds.ModelImport, time, options)
    {
        CorrelateStart(() => Requested, message => message.ImportId);
        Correlate(() => Fetched, message => message.ImportId);
        Correlate(() => FetchRefused, message => message.ImportId);
        Correlate(() => Registered, message => message.RunId);
        Correlate(() => NotRegistered, message => message.RunId);

        Initially(
            When(Requested).Then(Accept).TransitionTo(Fetching).ThenAsync(EnterStep));
        During(
            Fetching,
            When(Fetched).Then(Keep).TransitionTo(Registering).ThenAsync(EnterStep),
            Fail(When(FetchRefused), message => message.Problem),
            Ignore(Registered),
            Ignore(NotRegistered));
        During(
            Registering,
            Succeed(When(Registered)),
            Fail(When(NotRegistered), message => message.Problem),
            Ignore(Fetched),
            Ignore(FetchRefused));
        Complete(Requested, [Fetching, Registering], Fetched, FetchRefused, Registered, NotRegistered);
    }

    /// <summary>The files are on their way.</summary>
    public State Fetching { get; } = null!;

    /// <summary>The registry is asked to take the model.</summary>
    public State Registering { get; } = null!;

    public Event<ImportModel> Requested { get; } = null!;

    public Event<ModelFetched> Fetched { get; } = null!;

    public Event<FetchFailed> FetchRefused { get; } = null!;

    public Event<ModelRegistered> Registered { get; } = null!;

    public Event<ModelNotRegistered> NotRegistered { get; } = null!;

    protected override IEnumerable<object> Pending(ImportRun saga) => saga.CurrentState switch
    {
        nameof(Fetching) =>
        [
            new FetchModel
            {
                ImportId = saga.CorrelationId,
                Job = saga.Job,
                Name = saga.Request.Name,
                Tier = saga.Request.Tier,
                Source = saga.Request.Source,
            },
        ],
        nameof(Registering) => [new RegisterModel { RunId = saga.CorrelationId, Model = saga.Model!, Tenant = saga.Tenant }],
        _ => [],
    };

    protected override object? Outcome(ImportRun saga) => saga.CurrentState switch
    {
        nameof(Succeeded) => new ModelImported { ImportId = saga.CorrelationId, Model = saga.Model!, Origin = saga.Origin, Usage = saga.Usage },
        nameof(Failed) => new ModelImportFailed { ImportId = saga.CorrelationId, Problem = saga.Problem! },
        nameof(Cancelled) => new ModelImportFailed
        {
            ImportId = saga.CorrelationId,
            Problem = new Problem { Code = "cancelled", Message = $"The import of {saga.Title} was cancelled." },
        },
        _ => null,
    };

    void Accept(BehaviorContext<ImportRun, ImportModel> context)
    {
        Begin(context.Saga, context.Message.Job, context.Message.Name);
        context.Saga.Request = context.Message;
    }

    void Keep(BehaviorContext<ImportRun, ModelFetched> context)
    {
        var (saga, message) = (context.Saga, context.Message);
        (saga.Model, saga.Origin) = (message.Model, message.Origin);
        saga.Spend(message.Usage);
        saga.Result = new(StringComparer.Ordinal)
        {
            ["model"] = message.Model.Name,
            ["modelDigest"] = message.Model.Folder.Digest,
            ["bytes"] = message.Model.Folder.Size.ToString(CultureInfo.InvariantCulture),
            ["contextLength"] = message.Model.ContextLength.ToString(CultureInfo.InvariantCulture),
            ["origin"] = message.Origin,
        };
    }

    protected override LineageRecorded Lineage(ImportRun saga) => new()
    {
        JobId = saga.CorrelationId,
        Activity = JobKinds.ModelImport,
        Tenant = saga.Tenant,
        Inputs = [new() { Kind = "source", Id = saga.Origin, Title = saga.Origin }],
        Outputs = [new() { Kind = "model", Id = saga.Model!.Folder.Digest, Title = saga.Model.Name }],
        At = saga.ChangedAt,
    };
}
