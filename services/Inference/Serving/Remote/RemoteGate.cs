using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;

namespace Aigc.Inference.Serving.Remote;

/// <summary>
/// Bounds what one server has at once, and the line before it. Interactive requests go first; one turn in eight is batch work's while both wait, as in the
/// worker's own engine.
/// </summary>
internal sealed class RemoteGate(int concurrent, int line)
{
    private const int BatchTurn = 8;

    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource> _interactive = [];
    private readonly LinkedList<TaskCompletionSource> _batch = [];
    private int _inUse;
    private int _turns;

    /// <summary>Requests at the server, and in line.</summary>
    public (int InUse, int Waiting) Load
    {
        get
        {
            lock (_gate)
                return (_inUse, _interactive.Count + _batch.Count);
        }
    }

    /// <summary>Waits for a turn, which <see cref="Leave"/> gives back.</summary>
    /// <exception cref="GenerationFailedException">The line is full.</exception>
    public async Task Enter(GenerationPriority priority, CancellationToken ct)
    {
        LinkedListNode<TaskCompletionSource> node;
        lock (_gate)
        {
            if (_inUse < concurrent)
            {
                _inUse++;
                return;
            }
            if (_interactive.Count + _batch.Count >= line)
                throw new GenerationFailedException(Problems.LineFull(_interactive.Count + _batch.Count));
            var own = priority == GenerationPriority.Batch ? _batch : _interactive;
            node = own.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        try
        {
            await node.Value.Task.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            bool granted;
            lock (_gate)
            {
                granted = node.List is null; // the turn came while it was given up
                node.List?.Remove(node);
            }
            if (granted)
                Leave();
            throw;
        }
    }

    /// <summary>Gives a turn to the next in line.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            var batch = _batch.Count > 0 && (_interactive.Count == 0 || ++_turns % BatchTurn == 0);
            var next = batch ? _batch : _interactive;
            if (next.First is not { } node)
            {
                _inUse--;
                return;
            }
            next.Remove(node);
            node.Value.SetResult();
        }
    }
}
