using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Orchestration;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using MassTransit;

namespace Aigc.Inference.Classification;

/// <summary>
/// Answers <see cref="ClassifyText"/>. Nothing is kept between deliveries: a repetition computes the same again. The answer goes to the requester alone where
/// one waits, else it is an event. What it took is an event in both cases.
/// </summary>
internal sealed class ClassificationDesk(ModelHost host, InferenceInstruments instruments, TimeProvider time)
{
    /// <summary>Handles one delivery.</summary>
    public async Task Handle(ConsumeContext<ClassifyText> context)
    {
        var outcome = await Run(context.Message, context.CancellationToken);
        await context.Tell(outcome);
        if (outcome is not TextClassified done)
            return;
        instruments.Classified(context.Message.Model.Name, done.TokenCounts.Sum(count => (long)count));
        await context.Publish(Measured(context.Message, done), context.CancellationToken);
    }

    private static UsageMeasured Measured(ClassifyText command, TextClassified done) => new()
    {
        UsageId = command.RequestId,
        Kind = "moderation",
        Job = command.Job,
        Model = command.Model.Name,
        Quantities = new Dictionary<string, long>
        {
            [Meters.InputTokens] = done.TokenCounts.Sum(count => (long)count),
            [Meters.ClassifiedTexts] = done.TokenCounts.Count,
            [Meters.AnswerSeconds] = (long)Math.Ceiling(done.Usage.Seconds * 1000),
        },
    };

    private async Task<object> Run(ClassifyText command, CancellationToken ct)
    {
        try
        {
            if (Check(command) is { } problem)
                return Failed(command, problem);
            using var lease = await host.Acquire(command.Model, ct);
            if (lease.Model is not ClassifierModel model)
                return Failed(command, Problems.Invalid("model", $"The model {command.Model.Name} does not classify text."));
            var begun = time.GetTimestamp();
            var results = await model.Classify(command.Inputs, ct);
            return new TextClassified
            {
                RequestId = command.RequestId,
                Labels = model.Labels,
                Results = results,
                TokenCounts = [.. command.Inputs.Select(ClassifyText.TokensOf)],
                ModelDigest = model.Digest,
                Usage = new StepUsage { Seconds = time.GetElapsedTime(begun).TotalSeconds, Device = model.Device, PeakMemoryBytes = Environment.WorkingSet },
            };
        }
        catch (Exception e) when (PoolReplies.ProblemOf(e) is { } problem)
        {
            return Failed(command, problem);
        }
    }

    private static Problem? Check(ClassifyText command)
    {
        if (command.Inputs.Count is 0 or > ClassifyText.MostInputs)
            return Problems.Invalid("inputs", $"1 to {ClassifyText.MostInputs} inputs are taken: send several requests for more.");
        foreach (var (index, input) in command.Inputs.Index())
        {
            if (input.Length is 0 or > ClassifyText.LongestInput)
                return Problems.Invalid($"inputs[{index}]", FormattableString.Invariant($"Input {index} has {input.Length} characters and must have 1 to {ClassifyText.LongestInput}."));
        }
        return null;
    }

    private static ClassificationFailed Failed(ClassifyText command, Problem problem) => new() { RequestId = command.RequestId, Problem = problem };
}
