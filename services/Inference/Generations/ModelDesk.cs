using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using MassTransit;

namespace Aigc.Inference.Generations;

/// <summary>Loads a model before its first request and tells whether that went well.</summary>
internal sealed class ModelDesk(ModelHost host, TimeProvider time)
{
    /// <summary>Handles one delivery. Repeating it finds the model loaded.</summary>
    public async Task Handle(ConsumeContext<LoadModel> context)
    {
        var outcome = await Load(context.Message, context.CancellationToken);
        if (context.ResponseAddress is not null)
            await context.RespondAsync(outcome, outcome.GetType());
        await context.Publish(outcome, outcome.GetType(), context.CancellationToken);
    }

    private async Task<object> Load(LoadModel command, CancellationToken ct)
    {
        var begun = time.GetTimestamp();
        var there = host.Has(command.Model);
        try
        {
            using var lease = await host.Acquire(command.Model, ct);
            return new ModelLoaded
            {
                RequestId = command.RequestId,
                Model = command.Model,
                Seconds = there ? 0 : time.GetElapsedTime(begun).TotalSeconds,
            };
        }
        catch (ModelNotLoadableException e)
        {
            return new ModelLoadFailed { RequestId = command.RequestId, Problem = e.Problem };
        }
        catch (GenerationFailedException e)
        {
            return new ModelLoadFailed { RequestId = command.RequestId, Problem = e.Problem };
        }
    }
}
