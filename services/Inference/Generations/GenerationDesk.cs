using Aigc.Contracts.Inference;
using MassTransit;

namespace Aigc.Inference.Generations;

/// <summary>
/// Takes a command off a pool's queue and tells its outcome: to the requester where one waits, and to everybody as an event. The command is acknowledged
/// after that, so a worker that dies gives it back to the queue.
/// </summary>
internal sealed partial class GenerationDesk(
    GenerationRunner runner, InFlightGenerations inFlight, DurableResults results, ILogger<GenerationDesk> logger)
{
    /// <summary>Handles one delivery.</summary>
    public async Task Handle(ConsumeContext<GenerateText> context)
    {
        var (command, stopping) = (context.Message, context.CancellationToken);
        // Without a requester it is a saga's step: that one repeats commands and must get the same answer.
        var durable = context.ResponseAddress is null;
        if (!inFlight.TryBegin(command.GenerationId, out var run))
        {
            var shared = await run.Outcome.WaitAsync(stopping)
                ?? throw new InvalidOperationException("The run this delivery joined was handed back; the delivery is repeated.");
            await Respond(context, shared);
            return;
        }
        object? outcome = null;
        try
        {
            outcome = durable ? await results.Find(command.GenerationId, stopping) : null;
            outcome ??= await runner.Run(command, await StreamOf(context), run.Abandoned, stopping);
            if (durable && outcome is TextGenerated answer)
                outcome = await results.Keep(answer, stopping);
        }
        finally
        {
            inFlight.End(command.GenerationId, outcome);
        }
        await Respond(context, outcome);
        await context.Publish(outcome, outcome.GetType(), stopping);
    }

    private static Task Respond(ConsumeContext context, object outcome) =>
        context.ResponseAddress is null ? Task.CompletedTask : context.RespondAsync(outcome, outcome.GetType());

    // An address this bus cannot send to costs the stream, not the answer.
    private async Task<ISendEndpoint?> StreamOf(ConsumeContext<GenerateText> context)
    {
        if (context.Message.StreamTo is not { } address)
            return null;
        try
        {
            return await context.GetSendEndpoint(address);
        }
        catch (Exception e) when (!context.CancellationToken.IsCancellationRequested)
        {
            LogNoStream(logger, context.Message.GenerationId, e);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Generation {GenerationId} is not streamed: its address cannot be sent to")]
    private static partial void LogNoStream(ILogger logger, Guid generationId, Exception error);
}
