using System.Collections.Concurrent;

namespace Aigc.Application.Batches.Lines;

/// <summary>Lines of this process that wait for their generations. Apart from the desk where people wait: lines take nobody's place there.</summary>
internal sealed class LineDesk
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<object>> _open = new();

    /// <summary>The end of a generation, when it is heard.</summary>
    public Task<object> Expect(Guid generation) =>
        _open.GetOrAdd(generation, _ => new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Forget(Guid generation) => _open.TryRemove(generation, out _);

    /// <summary>A generation ended; most are nobody's here.</summary>
    public void Deliver(Guid generation, object end)
    {
        if (_open.TryGetValue(generation, out var waiting))
        {
            waiting.TrySetResult(end);
        }
    }
}
