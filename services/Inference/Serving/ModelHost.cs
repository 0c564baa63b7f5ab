using Aigc.Contracts;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Storage.Artifacts;
using Microsoft.Extensions.Options;

namespace Aigc.Inference.Serving;

/// <summary>
/// The models of this worker by folder digest. Loads on first use, one at a time and each once however many ask; while one loads, the others serve.
/// When the memory budget is short, the model least recently used goes: an idle one at once, else one in use as soon as its running
/// requests are answered (new ones for it load it again, in their turn), so that a busy model cannot keep another out for ever. Adapters are under the same
/// budget and go in the same order, but wait for nobody: a request that waits for an adapter's memory holds its base, and two of them could wait for each other.
/// </summary>
internal sealed partial class ModelHost(
    ArtifactFolders folders, DraftFolders drafts, IEnumerable<IModelLoader> loaders, IOptions<InferenceOptions> options, InferenceInstruments instruments, TimeProvider time,
    ILogger<ModelHost> logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HostedModel> _models = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _oneLoad = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<HostedModel> _leaving = []; // out of the host, and in memory until their users are gone

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

    /// <summary>Whether a model is ready, and its adapter where it names one.</summary>
    public bool Has(ModelRef reference) => Loaded.Any(model =>
        model.Digest == reference.Folder.Digest && (reference.Adapter is not { } adapter || (model is IAdaptedModel adapted && adapted.Adapters.Has(adapter.Digest))));

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
            var held = await adapted.Adapters.Acquire(adapter, new AdapterSource(this, adapter, model, adapted.Adapters), ct);
            Touch(hosted); // after its adapter, which goes before it
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

    /// <summary>Takes a model, or an adapter, out of memory: those who use it finish, nobody else begins. Returns when it is gone.</summary>
    public async Task Remove(string digest, CancellationToken ct)
    {
        HostedModel? hosted;
        HostedModel[] others;
        lock (_gate)
        {
            others = [.. _models.Values.Where(other => other.IsReady)];
            if (_models.Remove(digest, out hosted))
            {
                _leaving.Add(hosted);
                hosted.Retired = true;
                if (hosted.Users == 0)
                    hosted.Idle.TrySetResult();
            }
        }
        foreach (var adapted in others.Select(other => other.Loading.Result).OfType<IAdaptedModel>())
            await adapted.Adapters.Remove(digest, ct);
        if (hosted is not null)
            await Unload(hosted).WaitAsync(ct);
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
            hosted.LastUse = UseOrder.Next();
            return hosted;
        }
    }

    private void Touch(HostedModel hosted)
    {
        lock (_gate)
            hosted.LastUse = UseOrder.Next();
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
                await MakeRoom(loader.Estimate(place), reference.Name, hosted);
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

    private async Task MakeRoom(long bytes, string name, HostedModel hosted)
    {
        if (bytes > MemoryBudget)
            throw new ModelNotLoadableException(name, FormattableString.Invariant($"it needs {bytes >> 20} MiB and Aigc:Inference:MemoryBudget is {MemoryBudget >> 20} MiB"));
        // Where nothing is left to free, what remains is on its way out or bytes that are about to be given back.
        await Free(bytes, evenInUse: true, () => hosted.Promised = bytes);
        lock (_gate)
            hosted.Promised = bytes;
    }

    /// <summary>Frees what was used longest ago until so many bytes fit, and then counts them. False where nothing more can be freed.</summary>
    private async Task<bool> Free(long bytes, bool evenInUse, Action count)
    {
        while (true)
        {
            HostedModel? retired;
            lock (_gate)
            {
                if (_models.Values.Concat(_leaving).Sum(hosted => hosted.Bytes) + bytes <= MemoryBudget)
                {
                    count();
                    return true;
                }
                if (!Retire(evenInUse, out retired))
                    return false;
            }
            if (retired is not null)
                await Unload(retired);
        }
    }

    // Under the lock. Takes out an adapter, or a model that is to be unloaded. Models that other servers compute take no memory.
    private bool Retire(bool evenInUse, out HostedModel? retired)
    {
        retired = null;
        var ready = _models.Where(entry => entry.Value is { IsReady: true, Bytes: > 0 }).ToList();
        var (key, oldest) = ready.Where(entry => evenInUse || entry.Value.Users == 0).OrderBy(entry => entry.Value.Users > 0).ThenBy(entry => entry.Value.LastUse).FirstOrDefault();
        var shelf = ready.Select(entry => entry.Value.Loading.Result).OfType<IAdaptedModel>().Select(model => model.Adapters).MinBy(adapters => adapters.IdleSince ?? long.MaxValue);
        if (shelf?.IdleSince < (oldest is { Users: 0 } ? oldest.LastUse : long.MaxValue))
        {
            shelf.Evict(); // or somebody uses it again: then another look finds another one
            return true;
        }
        if (oldest is null)
            return false;
        _models.Remove(key);
        _leaving.Add(oldest);
        oldest.Retired = true;
        if (oldest.Users == 0)
            oldest.Idle.TrySetResult();
        retired = oldest;
        return true;
    }

    private async Task Unload(HostedModel hosted)
    {
        if (hosted.Retired)
            await hosted.Idle.Task.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((Task)hosted.Loading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!hosted.IsReady)
        {
            lock (_gate)
                _leaving.Remove(hosted);
            return;
        }
        var model = hosted.Loading.Result;
        await model.DisposeAsync();
        lock (_gate)
            _leaving.Remove(hosted);
        LogUnloaded(logger, model.Reference.Name, model.Digest);
    }

    /// <summary>Gives one adapter of one loaded model its folder and its memory.</summary>
    private sealed class AdapterSource(ModelHost host, ArtifactRef adapter, LoadedModel model, AdapterShelf shelf) : IAdapterSource
    {
        public Task<string> Checkout(ArtifactRef folder) => host.Checkout(folder);

        public async Task MakeRoom(long bytes, Action<long> count)
        {
            var alone = model.MemoryBytes - shelf.Bytes + bytes;
            if (alone > host.MemoryBudget)
                throw new ModelNotLoadableException(adapter.Digest, FormattableString.Invariant($"with its base it needs {alone >> 20} MiB and Aigc:Inference:MemoryBudget is {host.MemoryBudget >> 20} MiB"));
            if (!await host.Free(bytes, evenInUse: false, () => count(bytes)))
                throw new GenerationFailedException(Problems.NoMemory);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Name} ({Digest}) loaded in {Seconds:f2} s on {Device}")]
    private static partial void LogLoaded(ILogger logger, string name, string digest, double seconds, string device);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Model {Name} ({Digest}) not loaded: {Reason}")]
    private static partial void LogNotLoaded(ILogger logger, string name, string digest, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Model {Name} ({Digest}) unloaded")]
    private static partial void LogUnloaded(ILogger logger, string name, string digest);
}
