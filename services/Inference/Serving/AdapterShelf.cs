using Aigc.Contracts;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Adapters;
using Aigc.Models.Folders;
using Aigc.Models.Llama;

namespace Aigc.Inference.Serving;

/// <summary>An adapter as the worker reports it.</summary>
/// <param name="Digest">Of its folder.</param>
/// <param name="Bytes">Memory.</param>
/// <param name="Users">Requests in hand that use it.</param>
internal sealed record AdapterReport(string Digest, long Bytes, int Users);

/// <summary>What a shelf needs of the worker it is in.</summary>
internal interface IAdapterSource
{
    /// <summary>The local copy of a folder.</summary>
    Task<string> Checkout(ArtifactRef folder);

    /// <summary>Frees memory until an adapter of so many bytes fits into the worker's budget, and has it counted in the same moment.</summary>
    /// <exception cref="GenerationFailedException">What is in use leaves no room.</exception>
    /// <exception cref="ModelNotLoadableException">It would not fit with its base alone.</exception>
    Task MakeRoom(long bytes, Action<long> count);
}

/// <summary>
/// The adapters of one loaded model by folder digest: each read once however many ask, kept for the next, the least recently used gone when another one needs
/// its place and never while a request uses it. Nothing here touches the loop: a request carries its matrices, so adding and removing pauses nobody.
/// </summary>
internal sealed class AdapterShelf(LlamaShape? shape, string? refusal, AdapterPrecision precision, int slots, int mostRank)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<AdapterSite> _sites = shape is null ? [] : LlamaAdapters.Sites(shape);
    private TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Bytes of the adapters in memory, and of those that room was made for.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _entries.Values.Sum(entry => entry.Bytes);
        }
    }

    /// <summary>When the adapter that would go next was last used (<see cref="UseOrder"/>); null where each is in use.</summary>
    public long? IdleSince
    {
        get
        {
            lock (_gate)
                return OldestIdle()?.Value.LastUse;
        }
    }

    /// <summary>The adapters in memory, by digest.</summary>
    public IReadOnlyList<AdapterReport> Report
    {
        get
        {
            lock (_gate)
                return [.. _entries.Where(entry => entry.Value.IsReady).Select(entry => new AdapterReport(entry.Key, entry.Value.Loading.Result.Bytes, entry.Value.Users)).OrderBy(entry => entry.Digest, StringComparer.Ordinal)];
        }
    }

    /// <summary>The matrices of an adapter that is held.</summary>
    public AdapterWeights Held(string digest)
    {
        lock (_gate)
        {
            return _entries.TryGetValue(digest, out var entry) && entry.IsReady
                ? entry.Loading.Result
                : throw new InvalidOperationException($"The adapter {digest} is used without being held.");
        }
    }

    /// <summary>Whether an adapter is in memory.</summary>
    public bool Has(string digest)
    {
        lock (_gate)
            return _entries.TryGetValue(digest, out var entry) && entry.IsReady;
    }

    /// <summary>Takes the least recently used adapter out that nobody uses. False where each is in use.</summary>
    public bool Evict()
    {
        lock (_gate)
            return OldestIdle() is { } oldest && _entries.Remove(oldest.Key);
    }

    /// <summary>Takes an adapter out as soon as nobody uses it.</summary>
    public async Task Remove(string digest, CancellationToken ct)
    {
        while (!TryRemove(digest, out var freed))
            await freed.WaitAsync(ct);
    }

    /// <summary>Reads an adapter if it is not there, and keeps it until the lease is disposed. Waits while every place is in use.</summary>
    /// <param name="adapter">Its folder.</param>
    /// <param name="source">Where it comes from and who gives it memory.</param>
    /// <param name="ct">Gives up waiting.</param>
    /// <exception cref="ModelNotLoadableException">The base takes none, or this one does not fit it. The next request tries again.</exception>
    public async Task<IDisposable> Acquire(ArtifactRef adapter, IAdapterSource source, CancellationToken ct)
    {
        if (shape is null)
            throw new ModelNotLoadableException(adapter.Digest, refusal ?? "the base takes no adapters");
        Entry? entry;
        while (!TryJoin(adapter, source, out entry, out var freed))
            await freed.WaitAsync(ct);
        try
        {
            await entry.Loading.WaitAsync(ct);
            return new Lease(() => Leave(entry));
        }
        catch
        {
            Leave(entry);
            throw;
        }
    }

    private bool TryJoin(ArtifactRef adapter, IAdapterSource source, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Entry? entry, out Task freed)
    {
        lock (_gate)
        {
            freed = _freed.Task;
            if (!_entries.TryGetValue(adapter.Digest, out entry))
            {
                if (_entries.Count >= slots && !Evict())
                    return false;
                var added = new Entry();
                added.Loading = Task.Run(() => Load(adapter, source, added));
                _entries.Add(adapter.Digest, entry = added);
            }
            entry.Users++;
            entry.LastUse = UseOrder.Next();
            return true;
        }
    }

    private bool TryRemove(string digest, out Task freed)
    {
        lock (_gate)
        {
            freed = _freed.Task;
            if (!_entries.TryGetValue(digest, out var entry))
                return true;
            if (entry.Users > 0)
                return false;
            _entries.Remove(digest);
            TellWaiting();
            return true;
        }
    }

    // Under the lock.
    private KeyValuePair<string, Entry>? OldestIdle() =>
        _entries.Where(entry => entry.Value.Users == 0).OrderBy(entry => entry.Value.LastUse).Select(entry => (KeyValuePair<string, Entry>?)entry).FirstOrDefault();

    private void Leave(Entry entry)
    {
        lock (_gate)
        {
            if (--entry.Users == 0)
                TellWaiting();
        }
    }

    private async Task<AdapterWeights> Load(ArtifactRef adapter, IAdapterSource source, Entry entry)
    {
        try
        {
            var folder = AdapterFolder.Open(await source.Checkout(adapter), shape!, mostRank);
            await source.MakeRoom(AdapterWeights.BytesOf(_sites, precision, MatricesOf), bytes => Count(entry, bytes));
            return new AdapterWeights(_sites, precision, MatricesOf);

            (float[] A, float[] B, float Scale)? MatricesOf(AdapterPart part) => folder.Modules.TryGetValue(part.Module, out var m) ? (m.A, m.B, folder.Settings.Scale) : null;
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                if (_entries.TryGetValue(adapter.Digest, out var current) && current == entry)
                    _entries.Remove(adapter.Digest);
                TellWaiting();
            }
            if (e is ModelFolderException wrong)
                throw new ModelNotLoadableException(wrong.File, wrong.Reason, wrong);
            throw;
        }
    }

    private void Count(Entry entry, long bytes)
    {
        lock (_gate)
            entry.Promised = bytes;
    }

    // Under the lock. Everyone who waits looks again.
    private void TellWaiting()
    {
        _freed.TrySetResult();
        _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Entry
    {
        public Task<AdapterWeights> Loading { get; set; } = null!;
        public int Users { get; set; }
        public long LastUse { get; set; }
        public long Promised { get; set; }
        public long Bytes => IsReady ? Loading.Result.Bytes : Promised;
        public bool IsReady => Loading.IsCompletedSuccessfully;
    }

    private sealed class Lease(Action release) : IDisposable
    {
        private Action? _release = release;

        public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
    }
}
