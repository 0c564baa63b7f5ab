using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.Orchestration;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using MassTransit;

namespace Aigc.Inference.Embeddings;

/// <summary>
/// Answers <see cref="EmbedText"/>. Nothing is kept between deliveries: a repetition computes the same vectors again. The answer goes to the requester alone
/// where one waits, because vectors are too large to be told to everybody; else it is an event. What it took is an event in both cases.
/// </summary>
internal sealed class EmbeddingDesk(ModelHost host, InferenceInstruments instruments, TimeProvider time)
{
    /// <summary>Handles one delivery.</summary>
    public async Task Handle(ConsumeContext<EmbedText> context)
    {
        var outcome = await Run(context.Message, context.CancellationToken);
        await context.Tell(outcome);
        if (outcome is not TextEmbedded done)
            return;
        instruments.Embedded(context.Message.Model.Name, done.TokenCounts.Sum(count => (long)count));
        await context.Publish(Measured(context.Message, done), context.CancellationToken);
    }

    // The vectors may go to the requester alone; what they took is everybody's to count.
    private static UsageMeasured Measured(EmbedText command, TextEmbedded done) => new()
    {
        UsageId = command.RequestId,
        Kind = "embedding",
        Job = command.Job,
        Model = command.Model.Name,
        Quantities = new Dictionary<string, long>
        {
            [Meters.InputTokens] = done.TokenCounts.Sum(count => (long)count),
            [Meters.AnswerSeconds] = (long)Math.Ceiling(done.Usage.Seconds * 1000),
        },
    };

    private async Task<object> Run(EmbedText command, CancellationToken ct)
    {
        try
        {
            if (Check(command) is { } problem)
                return Failed(command, problem);
            using var lease = await host.Acquire(command.Model, ct);
            if (lease.Model is not EmbeddingModel model)
                return Failed(command, Problems.Invalid("model", $"The model {command.Model.Name} does not embed text."));
            var begun = time.GetTimestamp();
            var (vectors, tokens) = await model.Embed(command, ct);
            return new TextEmbedded
            {
                RequestId = command.RequestId,
                Vectors = vectors,
                TokenCounts = tokens,
                ModelDigest = model.Digest,
                Usage = new StepUsage { Seconds = time.GetElapsedTime(begun).TotalSeconds, Device = model.Device, PeakMemoryBytes = Environment.WorkingSet },
            };
        }
        catch (Exception e) when (PoolReplies.ProblemOf(e) is { } problem)
        {
            return Failed(command, problem);
        }
    }

    private static Problem? Check(EmbedText command) => command switch
    {
        { Inputs.Count: 0 } => Problems.Invalid("inputs", "There is nothing to embed."),
        { Inputs.Count: > EmbedText.MostInputs } => Problems.Invalid("inputs", $"At most {EmbedText.MostInputs} inputs are taken: send several requests."),
        { Dimensions: < 1 } => Problems.Invalid("dimensions", "dimensions must be at least 1."),
        _ when command.Inputs.Any(input => input.Text is not null == input.Tokens.Count > 0) => Problems.Invalid("inputs", "An input is a text or tokens, one of the two."),
        _ => null,
    };

    private static EmbeddingFailed Failed(EmbedText command, Problem problem) => new() { RequestId = command.RequestId, Problem = problem };
}
