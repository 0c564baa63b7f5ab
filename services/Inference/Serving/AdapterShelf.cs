using Aigc.Contracts;
using Aigc.Inference.Engine.Adapters;
using Aigc.Models.Folders;
using Aigc.Models.Llama;

namespace Aigc.Inference.Serving;

/// <summary>An adapter as the worker reports it.</summary>
/// <param name="Digest">Of its folder.</param>
/// <param name="Bytes">Memory.</param>
/// <param name="Users">Requests in hand that use it.</param>
internal sealed record AdapterReport(string Digest, long Bytes, int Users);

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
    private long _clock;

    /// <summary>Bytes of the adapters in memory.</summary>
    public long Bytes => Report.Sum(adapter => adapter.Bytes);

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

    /// <summary>Reads an adapter if it is not there, and keeps it until the lease is disposed. Waits while every place is in use.</summary>
    /// <param name="adapter">Its folder.</param>
    /// <param name="checkout">Gives the local copy of a folder.</param>
    /// <param name="ct">Gives up waiting.</param>
    /// <exception cref="ModelNotLoadableException">The base takes none, or this one does not fit it. The next request tries again.</exception>
    public async Task<IDisposable> Acquire(ArtifactRef adapter, Func<ArtifactRef, Task<string>> checkout, CancellationToken ct)
    {
        if (shape is null)
            throw new ModelNotLoadableException(adapter.Digest, refusal ?? "the base takes no adapters");
        Entry? entry;
        while (!TryJoin(adapter, checkout, out entry, out var freed))
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

    private bool TryJoin(ArtifactRef adapter, Func<ArtifactRef, Task<string>> checkout, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Entry? entry, out Task freed)
    {
        lock (_gate)
        {
            freed = _freed.Task;
            if (!_entries.TryGetValue(adapter.Digest, out entry))
            {
                if (_entries.Count >= slots && !Evict())
                    return false;
                var added = new Entry();
                added.Loading = Task.Run(() => Load(adapter, checkout, added));
                _entries.Add(adapter.Digest, entry = added);
            }
            entry.Users++;
            entry.LastUse = ++_clock;
            return true;
        }
    }

    private bool Evict()
    {
        var idle = _entries.Where(entry => entry.Value.Users == 0).OrderBy(entry => entry.Value.LastUse).Select(entry => entry.Key).FirstOrDefault();
        return idle is not null && _entries.Remove(idle);
    }

    private void Leave(Entry entry)
    {
        lock (_gate)
        {
            if (--entry.Users == 0)
                TellWaiting();
        }
    }

    private async Task<AdapterWeights> Load(ArtifactRef adapter, Func<ArtifactRef, Task<string>> checkout, Entry entry)
    {
        try
        {
            var folder = AdapterFolder.Open(await checkout(adapter), shape!, mostRank);
            return new AdapterWeights(_sites, precision, part => folder.Modules.TryGetValue(part.Module, out var m) ? (m.A, m.B, folder.Settings.Scale) : null);
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
        public bool IsReady => Loading.IsCompletedSuccessfully;
    }

    private sealed class Lease(Action release) : IDisposable
    {
        private Action? _release = release;

        public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
    }
}
