using Aigc.Storage.Artifacts;

namespace Aigc.Application.Jobs;

/// <summary>One writer at a time for a tree of jobs in this process, so that its log runs in the order things were heard.</summary>
internal sealed class JobTurns : IDisposable
{
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public async Task<IDisposable> Take(string root, CancellationToken ct)
    {
        var turn = _turns[Digest.ToGuid(root).ToByteArray()[0] % _turns.Length];
        await turn.WaitAsync(ct);
        return new Turn(turn);
    }

    public void Dispose()
    {
        foreach (var turn in _turns)
        {
            turn.Dispose();
        }
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
