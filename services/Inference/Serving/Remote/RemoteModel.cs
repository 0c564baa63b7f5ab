using System.Collections.Concurrent;
using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Serving.Remote;

/// <summary>A model that another server computes.</summary>
internal sealed class RemoteModel(ModelRef reference, RemoteManifest manifest, RemoteEngine engine, InferenceInstruments instruments, TimeProvider time)
    : LoadedModel(reference), ITextModel
{
    private readonly ConcurrentDictionary<RemoteCall, Task> _calls = new();
    private volatile bool _disposed;

    public override long MemoryBytes => 0;

    public override string Device => "remote:" + engine.Name;

    public override ModelReport Report
    {
        get
        {
            var (inUse, waiting) = engine.Gate.Load;
            return new(Reference.Name, Digest, Reference.Tier, Device, engine.Options.MaxConcurrent, inUse, waiting, manifest.ContextLength, 0, 0, 0, 0, 0) { State = engine.State };
        }
    }

    public IReadOnlyList<ITextRun> Start(GenerateText command, long arrived)
    {
        if (command.Model.Adapter is not null)
            throw new GenerationFailedException(Problems.Invalid("model", $"The model {command.Model.Name} is served by another engine, which takes no adapter from here."));
        var call = new RemoteCall(engine, RemoteRequest.Of(command, manifest, engine.Options.Extensions), command, arrived, instruments, time);
        if (_disposed)
            throw new GenerationFailedException(Problems.Unloaded);
        var running = _calls[call] = call.Run();
        _ = running.ContinueWith(_ => _calls.TryRemove(call, out var _), TaskScheduler.Default);
        return call.Runs;
    }

    public override async ValueTask DisposeAsync()
    {
        _disposed = true;
        foreach (var call in _calls)
            call.Key.Unload();
        await Task.WhenAll(_calls.Values);
    }
}
