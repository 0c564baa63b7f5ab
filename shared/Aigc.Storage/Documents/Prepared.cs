namespace Aigc.Storage.Documents;

/// <summary>A preparation everybody waits for and nobody repeats, unless it failed: a database that was away at the first try must not be away for good.</summary>
internal sealed class Prepared(Func<Task> prepare)
{
    private readonly Lock _lock = new();
    private Task? _task;

    public Task Once()
    {
        if (_task is { IsCompletedSuccessfully: true } done)
        {
            return done;
        }

        lock (_lock)
        {
            return _task is null or { IsFaulted: true } or { IsCanceled: true } ? _task = prepare() : _task;
        }
    }
}
