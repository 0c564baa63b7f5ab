using Aigc.Contracts;
using Aigc.Contracts.ModelTraining;
using Aigc.Storage.Artifacts;
using Microsoft.Extensions.Options;

namespace Aigc.Inference.Serving;

/// <summary>
/// The models of this worker by folder digest. Loads on first use, one at a time and each once however many ask; while one loads, the others serve.
/// When the memory budget is short, the model least recently used goes: an idle one at once, else one in use as soon as its running
/// requests are answered (new ones for it load it again, in their turn), so that a busy model cannot keep another out for ever.
/// </summary>
internal sealed partial class ModelHost(
    ArtifactFolders folders, DraftFolders drafts, IEnumerable<IModelLoader> loaders, IOptions<InferenceOptions> options, InferenceInstruments instruments, TimeProvider time,
    ILogger<ModelHost> logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HostedModel> _models = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _oneLoad = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private long _clock; // orders uses; finer than any clock

    /// <summary>The models that are ready, by name.</summary>
    public IReadOnlyList<LoadedModel> Loaded
    {
        get
        {
            lock (_gate)
                return [.. _models.Values.Where(hosted => hosted.IsReady).Select(hosted => hosted.Loading.Result).OrderBy(model => model.Reference.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Bytes the loaded models may use together.</summary>
    public long MemoryBudget => options.Value.EffectiveMemoryBudget;

    /// <summary>The model with its adapter, loaded if they are not, kept until the lease is disposed.</summary>
    /// <exception cref="ModelNotLoadableException">Names the file and the reason. The next request tries again.</exception>
    public async Task<ModelLease> Acquire(ModelRef reference, CancellationToken ct)
    {
        var hosted = Join(reference);
        try
        {
            var model = await hosted.Loading.WaitAsync(ct);
            if (reference.Adapter is not { } adapter)
                return new(model, () => Leave(hosted));
            if (model is not IAdaptedModel adapted)
                throw new ModelNotLoadableException(adapter.Digest, $"the model {reference.Name} takes no adapters");
            var held = await adapted.Adapters.Acquire(adapter, Checkout, ct);
            return new(model, () =>
            {
                held.Dispose();
                Leave(hosted);
            });
        }
        catch
        {
            Leave(hosted);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        HostedModel[] all;
        lock (_gate)
        {
            all = [.. _models.Values];
            _models.Clear();
        }
        foreach (var hosted in all)
            await Unload(hosted);
        _stopping.Dispose();
        _oneLoad.Dispose();
    }

    private HostedModel Join(ModelRef reference)
    {
        lock (_gate)
        {
            if (!_models.TryGetValue(reference.Folder.Digest, out var hosted))
            {
                hosted = new();
                _models.Add(reference.Folder.Digest, hosted);
                hosted.Loading = Task.Run(() => Load(reference, hosted));
            }
            hosted.Users++;
            hosted.LastUse = ++_clock;
            return hosted;
        }
    }

    private void Leave(HostedModel hosted)
    {
        lock (_gate)
        {
            if (--hosted.Users == 0 && hosted.Retired)
                hosted.Idle.TrySetResult();
        }
    }

    private async Task<LoadedModel> Load(ModelRef reference, HostedModel hosted)
    {
        try
        {
            var begun = time.GetTimestamp();
            var directory = await Checkout(reference.Folder);
            await _oneLoad.WaitAsync(_stopping.Token);
            try
            {
                var loader = loaders.First(known => known.Recognises(directory));
                var place = new ModelPlace(reference, directory, await drafts.Find(reference.Name, Checkout));
                await MakeRoom(loader.Estimate(place), reference.Name);
                var model = loader.Load(place);
                var took = time.GetElapsedTime(begun);
                instruments.Loaded(reference.Name, took);
                LogLoaded(logger, reference.Name, model.Digest, took.TotalSeconds, model.Device);
                return model;
            }
            finally
            {
                _oneLoad.Release();
            }
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                if (_models.TryGetValue(reference.Folder.Digest, out var current) && current == hosted)
                    _models.Remove(reference.Folder.Digest);
            }
            LogNotLoaded(logger, reference.Name, reference.Folder.Digest, e.Message);
            throw;
        }
    }

    private async Task<string> Checkout(ArtifactRef folder)
    {
        try
        {
            return await folders.Checkout(folder, _stopping.Token);
        }
        catch (Exception e) when (e is ArtifactMissingException or InvalidDataException or System.Text.Json.JsonException or ArgumentException or FormatException)
        {
            throw new ModelNotLoadableException(folder.Digest, e.Message.TrimEnd('.'), e);
        }
    }

    private async Task MakeRoom(long bytes, string name)
    {
        if (bytes > MemoryBudget)
            throw new ModelNotLoadableException(name, FormattableString.Invariant($"it needs {bytes >> 20} MiB and Aigc:Inference:MemoryBudget is {MemoryBudget >> 20} MiB"));
        while (Retire(bytes) is { } retired)
            await Unload(retired);
    }

    private HostedModel? Retire(long bytes)
    {
        lock (_gate)
        {
            var ready = _models.Where(entry => entry.Value.IsReady).ToList();
            if (ready.Count == 0 || ready.Sum(entry => entry.Value.Loading.Result.MemoryBytes) + bytes <= MemoryBudget)
                return null;
            var oldest = ready.OrderBy(entry => entry.Value.Users > 0).ThenBy(entry => entry.Value.LastUse).First();
            _models.Remove(oldest.Key);
            oldest.Value.Retired = true;
            if (oldest.Value.Users == 0)
                oldest.Value.Idle.TrySetResult();
            return oldest.Value;
        }
    }

    private async Task Unload(HostedModel hosted)
    {
        if (hosted.Retired)
            await hosted.Idle.Task.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((Task)hosted.Loading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!hosted.IsReady)
            return;
        var model = hosted.Loading.Result;
        await model.DisposeAsync();
        LogUnloaded(logger, model.Reference.Name, model.Digest);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Name} ({Digest}) loaded in {Seconds:f2} s on {Device}")]
    private static partial void LogLoaded(ILogger logger, string name, string digest, double seconds, string device);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Model {Name} ({Digest}) not loaded: {Reason}")]
    private static partial void LogNotLoaded(ILogger logger, string name, string digest, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Name} ({Digest}) unloaded")]
    private static partial void LogUnloaded(ILogger logger, string name, string digest);
}
