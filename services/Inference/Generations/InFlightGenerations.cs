using System.Diagnostics.CodeAnalysis;

namespace Aigc.Inference.Generations;

/// <summary>
/// What this process is generating, by id: a repeated delivery joins the run that is on its way, and an abandoned generation is cancelled
/// wherever it is, even before its command arrives (the event may overtake it on another queue).
/// </summary>
internal sealed class InFlightGenerations
{
    // Bounds what is remembered of events whose commands went to other workers: those never come here.
    private const int RememberedAbandoned = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, InFlight> _running = [];
    private readonly HashSet<Guid> _abandoned = [];
    private readonly Queue<Guid> _abandonedOrder = new();

    /// <summary>Number of generations on their way.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _running.Count;
        }
    }

    /// <summary>True: the caller runs it and must call <see cref="End"/>. False: somebody does; wait for its outcome.</summary>
    public bool TryBegin(Guid generation, out InFlight run)
    {
        lock (_gate)
        {
            if (_running.TryGetValue(generation, out var running))
            {
                run = running;
                return false;
            }
            _running[generation] = run = new();
            if (_abandoned.Remove(generation))
                run.Abandon();
            return true;
        }
    }

    /// <summary>The run is over; <see langword="null"/> for an outcome nobody may share (it was handed back).</summary>
    public void End(Guid generation, object? outcome)
    {
        InFlight? run;
        lock (_gate)
            _running.Remove(generation, out run);
        run?.Finish(outcome);
    }

    /// <summary>The client of a generation is gone.</summary>
    public void Abandon(Guid generation)
    {
        InFlight? run;
        lock (_gate)
        {
            if (!_running.TryGetValue(generation, out run) && _abandoned.Add(generation))
            {
                _abandonedOrder.Enqueue(generation);
                if (_abandonedOrder.Count > RememberedAbandoned)
                    _abandoned.Remove(_abandonedOrder.Dequeue());
            }
        }
        run?.Abandon();
    }
}

/// <summary>One generation on its way.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and nothing linked to it; there is nothing to dispose of.")]
internal sealed class InFlight
{
    private readonly CancellationTokenSource _abandoned = new();
    private readonly TaskCompletionSource<object?> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Cancelled when the client is gone.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>The event that tells the outcome; null when the run was handed back.</summary>
    public Task<object?> Outcome => _outcome.Task;

    internal void Abandon() => _abandoned.Cancel();

    internal void Finish(object? outcome) => _outcome.TrySetResult(outcome);
}
