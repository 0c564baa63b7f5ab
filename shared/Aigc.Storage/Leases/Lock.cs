using Aigc.Storage.Documents;

namespace Aigc.Storage.Leases;

/// <summary>A named thing that one process at a time may change, for example a feed file.</summary>
internal sealed class LockDocument : ILeased
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public Lease? Lease { get; set; }
}

/// <summary>Named locks across processes. A crashed holder's lock runs out.</summary>
public sealed class Locks
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly IDocumentStore<LockDocument> _documents;
    private readonly Leases<LockDocument> _leases;
    private readonly TimeProvider _time;

    internal Locks(IDocumentStore<LockDocument> documents, TimeProvider time)
    {
        _documents = documents;
        _leases = new Leases<LockDocument>(documents, time);
        _time = time;
    }

    /// <summary>Runs a short action (well under 30 s) while holding the lock of this name; waits for it as long as the caller does.</summary>
    public async Task<TResult> Hold<TResult>(string name, Func<Task<TResult>> action, CancellationToken ct = default)
    {
        var owner = Guid.NewGuid().ToString("N");
        await _documents.Insert(new LockDocument { Id = name }, ct);
        LockDocument? held;
        while ((held = await _leases.Acquire(name, owner, Duration, ct: ct)) is null)
        {
            await Task.Delay(Pause, _time, ct);
        }

        try
        {
            return await action();
        }
        finally
        {
            await _leases.Release(name, held.Lease!.Token, ct: CancellationToken.None);
        }
    }
}
