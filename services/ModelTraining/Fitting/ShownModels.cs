using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;
using MassTransit;

namespace Aigc.ModelTraining.Fitting;

/// <summary>The copies for people, <c>models/&lt;name&gt;</c> under the data root of each machine that trains: one whose model is erased goes, unless a later version lies there.</summary>
internal sealed class ShownModels(AigcPaths paths) : IConsumer<ModelErased>
{
    public const string Name = "model-training.shown";

    public async Task Consume(ConsumeContext<ModelErased> context)
    {
        var shown = paths.Published("models", context.Message.Model.Name);
        if (Directory.Exists(shown) && context.Message.Gone.Contains(await ArtifactFolders.DigestOf(shown, context.CancellationToken)))
            Directory.Delete(shown, recursive: true);
    }
}
