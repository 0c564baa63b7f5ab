using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using MassTransit;
using Microsoft.Extensions.Options;

namespace Aigc.Inference.Generations;

/// <summary>Runs one command from model to outcome. The outcome is an event: <see cref="TextGenerated"/> or <see cref="TextGenerationFailed"/>.</summary>
internal sealed class GenerationRunner(ModelHost host, IOptions<InferenceOptions> options, TimeProvider time, ILogger<GenerationRunner> logger)
{
    /// <summary>Runs it.</summary>
    /// <param name="command">What to generate.</param>
    /// <param name="stream">Where pieces go; null for nowhere.</param>
    /// <param name="abandoned">The client is gone: the outcome is <c>cancelled</c>.</param>
    /// <param name="handBack">The worker stops: throws, so that the command goes back to its queue.</param>
    public async Task<object> Run(GenerateText command, ISendEndpoint? stream, CancellationToken abandoned, CancellationToken handBack)
    {
        var arrived = time.GetTimestamp();
        IReadOnlyList<ITextRun> runs = [];
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(abandoned, handBack);
        try
        {
            if (RequestChecks.Check(command) is { } problem)
                return Failed(command, problem);
            using var lease = await host.Acquire(command.Model, gone.Token);
            if (lease.Model is not ITextModel writer)
                return Failed(command, Problems.Invalid("model", $"The model {command.Model.Name} does not generate text."));
            runs = writer.Start(command, arrived);
            return await Generate(command, lease.Model, runs, stream, gone.Token);
        }
        catch (ModelNotLoadableException e)
        {
            return Failed(command, e.Problem);
        }
        catch (GenerationFailedException e) when (abandoned.IsCancellationRequested && !handBack.IsCancellationRequested && e.Problem.Code == Problems.Cancelled.Code)
        {
            return await Cancelled(command, runs);
        }
        catch (GenerationFailedException e) when (!handBack.IsCancellationRequested && e.Problem.Code != Problems.Unloaded.Code)
        {
            return Failed(command, e.Problem);
        }
        catch (OperationCanceledException) when (abandoned.IsCancellationRequested && !handBack.IsCancellationRequested)
        {
            return await Cancelled(command, runs);
        }
        catch (Exception e) when (handBack.IsCancellationRequested && e is GenerationFailedException or OperationCanceledException)
        {
            throw new OperationCanceledException("The worker stops; the command goes back to its queue.", e, handBack);
        }
    }

    private async Task<object> Generate(GenerateText command, LoadedModel model, IReadOnlyList<ITextRun> runs, ISendEndpoint? stream, CancellationToken gone)
    {
        await using var cancel = gone.Register(() => Cancel(runs));
        try
        {
            if (stream is not null)
            {
                var pieces = new TextStream(time, options.Value.StreamInterval, logger);
                await Task.WhenAll(runs.Select((run, answer) => pieces.Follow(command.GenerationId, answer, run, stream, gone)));
            }
            foreach (var run in runs)
                await run.Completion;
        }
        catch
        {
            Cancel(runs); // one answer failed: nobody gets the others
            throw;
        }
        return Outcome(command, model, [.. runs.Select(run => run.Completion.Result)]);
    }

    private static TextGenerated Outcome(GenerateText command, LoadedModel model, IReadOnlyList<GenerationResult> results) => new()
    {
        GenerationId = command.GenerationId,
        Text = results[0].Text,
        FinishReason = results[0].FinishReason,
        Answers = results.Count == 1 && command.Sampling.TopLogProbabilities is null && results[0].ToolCalls.Count == 0 ? [] :
        [
            .. results.Select(result => new TextAnswer
            {
                Text = result.Text,
                FinishReason = result.FinishReason,
                LogProbabilities = result.LogProbabilities,
                ToolCalls = result.ToolCalls,
            }),
        ],
        PromptTokens = results[0].PromptTokens,
        CachedPromptTokens = results[0].CachedPromptTokens, // the others find the first one's prompt
        CompletionTokens = results.Sum(result => result.CompletionTokens),
        ModelDigest = (command.Model.Adapter ?? command.Model.Folder).Digest,
        SecondsToFirstToken = results.Min(result => result.TimeToFirstToken).TotalSeconds,
        Usage = new StepUsage
        {
            // Answers run side by side: the time is that of the one that took longest.
            Seconds = results.Max(result => result.Elapsed - result.QueueTime).TotalSeconds,
            Device = model.Device,
            PeakMemoryBytes = Environment.WorkingSet,
        },
        Job = command.Job,
        Model = command.Model.Name,
    };

    // Who leaves pays for what was computed until then: told once the runs have let go of their slots and count no further.
    private static async Task<TextGenerationFailed> Cancelled(GenerateText command, IReadOnlyList<ITextRun> runs)
    {
        foreach (var run in runs)
            await run.Completion.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return Failed(command, Problems.Cancelled) with
        {
            PromptTokens = runs.Select(run => run.Computed.Prompt).DefaultIfEmpty().Max(),
            CompletionTokens = runs.Sum(run => run.Computed.Completion),
        };
    }

    private static void Cancel(IReadOnlyList<ITextRun> runs)
    {
        foreach (var run in runs)
            run.Cancel();
    }

    private static TextGenerationFailed Failed(GenerateText command, Problem problem) =>
        new() { GenerationId = command.GenerationId, Problem = problem, Job = command.Job, Model = command.Model.Name };
}
