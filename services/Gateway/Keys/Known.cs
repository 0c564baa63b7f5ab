using System.Collections.Concurrent;

namespace Aigc.Gateway.Keys;

/// <summary>
/// What was read from the store moments ago. Every request asks who its caller is; the store is asked once in
/// <see cref="Freshness"/> per caller and process. The same span is the longest for which a revoked key, a disabled user or a closed
/// tenant may still pass at another gateway process. That there is none of an id is remembered as well.
/// </summary>
internal sealed class Known<T>(Func<string, Task<T?>> load, TimeProvider time)
    where T : class
{
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    // Ids come from outside: strangers must not fill the memory with what they made up.
    private const int MaxEntries = 20_000;

    private readonly ConcurrentDictionary<string, Entry> _entries = [];
    private readonly Lock _loading = new();

    public ValueTask<T?> Find(string id, CancellationToken ct)
    {
        var entry = Fresh(id) ?? Load(id);
        return entry.Value.IsCompletedSuccessfully ? new ValueTask<T?>(entry.Value.Result) : new ValueTask<T?>(entry.Value.WaitAsync(ct));
    }

    /// <summary>What is known of the id is read anew, at this process at once.</summary>
    public void Forget(string id) => _entries.TryRemove(id, out _);

    private Entry? Fresh(string id) =>
        _entries.TryGetValue(id, out var entry) && time.GetElapsedTime(entry.At) < Freshness && !entry.Value.IsFaulted ? entry : null;

    private Entry Load(string id)
    {
        lock (_loading)
        {
            if (Fresh(id) is { } raced)
            {
                return raced;
            }

            if (_entries.Count >= MaxEntries)
            {
                _entries.Clear();
            }

            return _entries[id] = new Entry(time.GetTimestamp(), Task.Run(() => load(id)));
        }
    }

    private sealed record Entry(long At, Task<T?> Value);
}
