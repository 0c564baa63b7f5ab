using System.Globalization;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults.Bus;
using Aigc.ServiceDefaults.Sagas;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.Orchestration.Generations;

/// <summary>Preparing → Generating → Storing → Succeeded; a known answer goes from Preparing to Succeeded.</summary>
public sealed class GenerationStateMachine : ProcessStateMachine<GenerationRun>
{
    /// <summary>The table.</summary>
    public GenerationStateMachine(TimeProvider time, IOptions<BusOptions> options)
        : base(JobKinds.Generation, time, options)
    {
        CorrelateStart(() => Requested, message => message.GenerationId);
        Correlate(() => Prepared, message => message.GenerationId);
        Correlate(() => Generated, message => message.GenerationId);
        Correlate(() => GeneratingFailed, message => message.GenerationId);
        Correlate(() => Stored, message => message.GenerationId);
        Correlate(() => StepFailed, message => message.GenerationId);

        Initially(When(Requested).Then(c => Accept(c.Saga, c.Message)).TransitionTo(Preparing).ThenAsync(EnterStep));
        During(
            Preparing,
            When(Prepared, c => c.Message.Known is null).Then(c => c.Saga.Model = c.Message.Model).TransitionTo(Generating).ThenAsync(EnterStep),
            Keep(When(Prepared, c => c.Message.Known is not null).Then(c => c.Saga.Reused = true), m => m.Known!),
            Fail(When(StepFailed), m => m.Problem),
            Ignore(Generated),
            Ignore(GeneratingFailed),
            Ignore(Stored));
        During(
            Generating,
            When(Generated).Then(c => Answer(c.Saga, c.Message)).TransitionTo(Storing).ThenAsync(EnterStep),
            Fail(When(GeneratingFailed), m => m.Problem),
            Ignore(Prepared),
            Ignore(Stored),
            Ignore(StepFailed));
        During(
            Storing,
            Keep(When(Stored), m => m.Content),
            Fail(When(StepFailed), m => m.Problem),
            Ignore(Prepared),
            Ignore(Generated),
            Ignore(GeneratingFailed));
        // The worker that is at it frees its slot.
        WhenEnter(Cancelled, enter => enter.ThenAsync(c => c.Publish(new GenerationAbandoned { GenerationId = c.Saga.CorrelationId }, c.CancellationToken)));
        Complete(Requested, [Preparing, Generating, Storing], Prepared, Generated, GeneratingFailed, Stored, StepFailed);
    }

#pragma warning disable CS1591 // The table above says what each is.
    public State Preparing { get; } = null!;

    public State Generating { get; } = null!;

    public State Storing { get; } = null!;

    public Event<RequestGeneration> Requested { get; } = null!;

    public Event<GenerationPrepared> Prepared { get; } = null!;

    public Event<TextGenerated> Generated { get; } = null!;

    public Event<TextGenerationFailed> GeneratingFailed { get; } = null!;

    public Event<ContentStored> Stored { get; } = null!;

    public Event<GenerationStepFailed> StepFailed { get; } = null!;
#pragma warning restore CS1591

    /// <inheritdoc />
    protected override IEnumerable<object> Pending(GenerationRun saga) => saga.CurrentState switch
    {
        nameof(Preparing) => [new PrepareGeneration { GenerationId = saga.CorrelationId, Request = saga.Request }],
        nameof(Generating) => [Command(saga)],
        nameof(Storing) => [new StoreContent { GenerationId = saga.CorrelationId, Request = saga.Request, Answer = saga.Answer! }],
        _ => [],
    };

    /// <inheritdoc />
    protected override string QueueFor(object command) =>
        command is GenerateText generate ? InferenceQueues.Of(generate) : base.QueueFor(command);

    /// <inheritdoc />
    protected override object? Outcome(GenerationRun saga) => saga.CurrentState switch
    {
        nameof(Succeeded) => Finished(saga),
        nameof(Failed) => new GenerationFailed { GenerationId = saga.CorrelationId, Problem = saga.Problem! },
        nameof(Cancelled) => new GenerationFailed { GenerationId = saga.CorrelationId, Problem = new() { Code = "cancelled", Message = "The generation was cancelled." } },
        _ => null,
    };

    private static GenerateText Command(GenerationRun saga) => new()
    {
        GenerationId = saga.CorrelationId,
        Job = saga.Job,
        Model = saga.Model!,
        Prompt = saga.Request.Prompt,
        Messages = saga.Request.Messages,
        Sampling = saga.Request.Sampling,
        Priority = GenerationPriority.Batch, // nobody holds a connection open for it
        StreamTo = saga.Request.StreamTo ?? Routes.ToQueue(StreamedTextConsumer.Queue),
    };

    private static GenerationFinished Finished(GenerationRun saga) => new()
    {
        GenerationId = saga.CorrelationId,
        Content = saga.Content!.Artifact,
        Text = saga.Content.Text,
        FinishReason = saga.Content.FinishReason,
        PromptTokens = saga.Content.PromptTokens,
        CompletionTokens = saga.Content.CompletionTokens,
        ModelDigest = saga.Content.ModelDigest,
        At = saga.Content.At,
        Reused = saga.Reused,
        Usage = saga.Usage,
    };

    private static void Answer(GenerationRun run, TextGenerated answer)
    {
        run.Answer = answer;
        run.Spend(answer.Usage);
    }

    private void Accept(GenerationRun run, RequestGeneration request)
    {
        var prompt = request.Prompt ?? (request.Messages.Count > 0 ? request.Messages[^1].Content : "");
        Begin(run, request.Job, prompt.Length <= 80 ? prompt : prompt[..79] + "…");
        run.Request = request;
    }

    private EventActivityBinder<GenerationRun, TMessage> Keep<TMessage>(EventActivityBinder<GenerationRun, TMessage> when, Func<TMessage, StoredContent> content)
        where TMessage : class =>
        Succeed(when
            .Then(context =>
            {
                var (run, stored) = (context.Saga, content(context.Message));
                run.Content = stored;
                run.Answer = null;
                run.Result["text"] = stored.Text;
                run.Result["content"] = stored.Artifact.Digest;
                run.Result["tokens"] = stored.CompletionTokens.ToString(CultureInfo.InvariantCulture);
                run.Result["promptTokens"] = stored.PromptTokens.ToString(CultureInfo.InvariantCulture);
                run.Result["finish"] = stored.FinishReason;
                run.Result["reused"] = run.Reused ? "true" : "false";
            }));

    /// <inheritdoc />
    protected override LineageRecorded Lineage(GenerationRun run) => new()
    {
        JobId = run.CorrelationId,
        Activity = JobKinds.Generation,
        Tenant = run.Tenant,
        Inputs = [new LineageNode { Kind = "model", Id = run.Content!.ModelDigest }],
        Outputs = [new LineageNode { Kind = "content", Id = run.Content.Artifact.Digest, Title = run.Title }],
        At = run.Content.At,
    };
}
