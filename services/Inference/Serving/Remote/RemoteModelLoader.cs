using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Aigc.Inference.Serving.Remote;

/// <summary>Serves folders with a <c>remote.json</c>. Where an engine is and its key are the worker's configuration, never the folder's word.</summary>
internal sealed class RemoteModelLoader(IOptions<InferenceOptions> options, InferenceInstruments instruments, TimeProvider time, ILogger<RemoteEngine> logger)
    : IModelLoader, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<RemoteEngine>> _engines = new(StringComparer.OrdinalIgnoreCase);

    public bool Recognises(string directory) => File.Exists(Path.Combine(directory, RemoteManifest.File));

    public long Estimate(ModelPlace place) => 0;

    public LoadedModel Load(ModelPlace place)
    {
        var manifest = RemoteManifest.Read(place.Directory);
        if (!options.Value.Remotes.TryGetValue(manifest.Engine, out var remote))
            throw new ModelNotLoadableException(RemoteManifest.File, $"it names the engine {manifest.Engine}, and this worker has no Aigc:Inference:Remotes:{manifest.Engine}");
        var engine = _engines.GetOrAdd(manifest.Engine, name => new(() => new RemoteEngine(name, remote, time, logger)));
        return new RemoteModel(place.Model, manifest, engine.Value, instruments, time);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in _engines.Values)
            await engine.Value.DisposeAsync();
    }
}
