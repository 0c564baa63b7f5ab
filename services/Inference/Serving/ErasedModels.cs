using Aigc.Contracts.Orchestration;
using Aigc.Storage.Artifacts;
using MassTransit;

namespace Aigc.Inference.Serving;

/// <summary>A model was erased: this worker has it neither in memory nor in files any more.</summary>
internal sealed class ModelErasedConsumer(ModelHost host, ArtifactFolders folders) : IConsumer<ModelErased>
{
    public async Task Consume(ConsumeContext<ModelErased> context)
    {
        foreach (var folder in context.Message.Gone)
        {
            await host.Remove(folder, context.CancellationToken);
            folders.Forget(folder);
        }
    }
}

/// <summary>At the start, removes copies of models that were erased while this worker was away.</summary>
internal sealed partial class ErasedCopies(ArtifactFolders folders, ILogger<ErasedCopies> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await folders.ForgetErased(stoppingToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Failed(logger, failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Copies of erased models could not be looked for; the next start will.")]
    private static partial void Failed(ILogger logger, Exception failure);
}
