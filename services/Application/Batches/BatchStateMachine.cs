using System.Globalization;
using Aigc.Contracts;
using Aigc.Contracts.Application;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Batches;

/// <summary>
/// Validating → InProgress → Finalizing → Succeeded, or Failed where the file is wrong or the time is up. Cancelled while lines are
/// run, it goes through Cancelling: what was finished is written.
/// </summary>
internal sealed class BatchStateMachine : ProcessStateMachine<BatchRun>
{
    /// <summary>Code of the problem of a batch whose time was up.</summary>
    public const string ExpiredCode = "batch_expired";

    private readonly TimeProvider _time;

    public BatchStateMachine(TimeProvider time, IOptions<BusOptions> options)
        : base(JobKinds.Batch, time, options)
    {
        _time = time;
        CorrelateStart(() => Requested, message => message.BatchId);
        Correlate(() => Checked, message => message.BatchId);
        Correlate(() => Refused, message => message.BatchId);
        Correlate(() => LinesRun, message => message.BatchId);
        Correlate(() => Written, message => message.BatchId);
        Correlate(() => StepFailed, message => message.BatchId);

        Initially(When(Requested).Then(Accept).TransitionTo(Validating).ThenAsync(EnterStep));
        During(
            Validating,
            When(Checked).Then(c => (c.Saga.Lines, c.Saga.Model, c.Saga.InProgressAt) = (c.Message.Lines, c.Message.Model, Now)).TransitionTo(InProgress).ThenAsync(EnterStep),
            Fail(When(Refused).Then(c => (c.Saga.Faults, c.Saga.FailedAt) = (c.Message.Faults, Now)), WrongFile),
            Fail(When(StepFailed).Then(c => c.Saga.FailedAt = Now), message => message.Problem),
            Ignore(LinesRun),
            Ignore(Written));
        During(
            InProgress,
            When(LinesRun).Then(c => (c.Saga.TimeIsUp, c.Saga.FinalizingAt) = (c.Message.Expired, Now)).TransitionTo(Finalizing).ThenAsync(EnterStep),
            Fail(When(StepFailed).Then(c => c.Saga.FailedAt = Now), message => message.Problem),
            Ignore(Checked),
            Ignore(Refused),
            Ignore(Written));
        During(
            Finalizing,
            Succeed(When(Written, c => !c.Saga.TimeIsUp).Then(Keep).Then(c => c.Saga.CompletedAt = Now)),
            Fail(When(Written, c => c.Saga.TimeIsUp).Then(Keep).Then(c => c.Saga.ExpiredAt = Now), _ => TimeWasUp),
            Fail(When(StepFailed).Then(c => c.Saga.FailedAt = Now), message => message.Problem),
            Ignore(Checked),
            Ignore(Refused),
            Ignore(LinesRun));
        During(
            Cancelling,
            When(Written).Then(Keep).Then(c => c.Saga.CancelledAt = Now).Then(c => End(c.Saga)).TransitionTo(Cancelled).ThenAsync(Announce),
            Fail(When(StepFailed).Then(c => c.Saga.FailedAt = Now), message => message.Problem),
            Ignore(Checked),
            Ignore(Refused),
            Ignore(LinesRun));
        Complete(Requested, [Validating, InProgress, Finalizing, Cancelling], Checked, Refused, LinesRun, Written, StepFailed);
    }

    /// <summary>The requests are read.</summary>
    public State Validating { get; } = null!;

    /// <summary>The requests are run.</summary>
    public State InProgress { get; } = null!;

    /// <summary>The files are written.</summary>
    public State Finalizing { get; } = null!;

    /// <summary>The files are written with what was finished.</summary>
    public State Cancelling { get; } = null!;

    public Event<RunBatch> Requested { get; } = null!;

    public Event<BatchChecked> Checked { get; } = null!;

    public Event<BatchRefused> Refused { get; } = null!;

    public Event<BatchLinesRun> LinesRun { get; } = null!;

    public Event<BatchWritten> Written { get; } = null!;

    public Event<BatchStepFailed> StepFailed { get; } = null!;

    private static Problem TimeWasUp { get; } = new()
    {
        Code = ExpiredCode,
        Message = "The completion window was over before every request was run; what was run is in the output file.",
    };

    private DateTimeOffset Now => _time.GetUtcNow();

    protected override IEnumerable<object> Pending(BatchRun saga) => saga.CurrentState switch
    {
        nameof(Validating) =>
        [
            new CheckBatch { BatchId = saga.CorrelationId, Job = saga.Job, Endpoint = saga.Request.Endpoint, Input = saga.Request.Input },
        ],
        nameof(InProgress) =>
        [
            new RunBatchLines
            {
                BatchId = saga.CorrelationId,
                Job = saga.Job,
                Endpoint = saga.Request.Endpoint,
                Input = saga.Request.Input,
                Lines = saga.Lines!.Value,
                ExpiresAt = saga.ExpiresAt,
            },
        ],
        nameof(Finalizing) => [Finish(saga, ExpiredCode)],
        nameof(Cancelling) => [Finish(saga, "batch_cancelled")],
        _ => [],
    };

    protected override object? Outcome(BatchRun saga) =>
        BatchStatus.Of(saga) is { Ended: true } status ? new BatchEnded { BatchId = saga.CorrelationId, Tenant = saga.Tenant, Status = status.Name, Output = saga.Output } : null;

    protected override EventActivityBinder<BatchRun, CancellationRequested> Stop(State state, EventActivityBinder<BatchRun, CancellationRequested> when) => state.Name switch
    {
        // Nothing has been run: there is nothing to write.
        nameof(Validating) => base.Stop(state, when.Then(c => (c.Saga.CancellingAt, c.Saga.CancelledAt) = (Now, Now))),
        nameof(InProgress) => when.Then(c => c.Saga.CancellingAt = Now).TransitionTo(Cancelling).ThenAsync(EnterStep),
        _ => when.ThenAsync(Announce),
    };

    private static FinishBatch Finish(BatchRun saga, string unrun) => new()
    {
        BatchId = saga.CorrelationId,
        Job = saga.Job,
        Input = saga.Request.Input,
        Lines = saga.Lines!.Value,
        Unrun = unrun,
        OutputLife = saga.Request.OutputLife,
    };

    private static Problem WrongFile(BatchRefused message) => new()
    {
        Code = "invalid_batch",
        Message = message.Faults is [{ Line: { } line } first, ..] ? $"Line {line}: {first.Message}" : message.Faults[0].Message,
        Param = "input_file_id",
    };

    private static void Keep(BehaviorContext<BatchRun, BatchWritten> context)
    {
        var (saga, output) = (context.Saga, context.Message.Output);
        saga.Output = output;
        saga.Result = new Dictionary<string, string>
        {
            ["completed"] = output.Completed.ToString(CultureInfo.InvariantCulture),
            ["failed"] = output.Failed.ToString(CultureInfo.InvariantCulture),
        };
        Add("outputFile", output.OutputFileId);
        Add("errorFile", output.ErrorFileId);

        void Add(string name, string? file)
        {
            if (file is not null)
            {
                saga.Result[name] = file;
            }
        }
    }

    private void Accept(BehaviorContext<BatchRun, RunBatch> context)
    {
        Begin(context.Saga, context.Message.Job, context.Message.InputFileName);
        context.Saga.Request = context.Message;
    }
}
