namespace Aigc.Inference.Engine;

/// <summary>Counts what the loop does, inside and outside the backend. Written by the loop's thread; readers see whole steps.</summary>
internal sealed class LoopMeter(TimeProvider time)
{
    private readonly Lock _gate = new();
    private EngineStatistics _total;
    private (int Active, int Waiting) _load;
    private long _begun;
    private long _entered;
    private long _inside;
    private long _bytes;
    private int _tokens, _proposed, _accepted;

    public (int Active, int Waiting) Load
    {
        get
        {
            lock (_gate)
                return _load;
        }
    }

    public EngineStatistics Read()
    {
        lock (_gate)
            return _total;
    }

    public void Begin(int active, int waiting)
    {
        lock (_gate)
            _load = (active, waiting);
        (_begun, _inside, _tokens, _proposed, _accepted) = (time.GetTimestamp(), 0, 0, 0, 0);
        _bytes = GC.GetAllocatedBytesForCurrentThread();
    }

    public void EnterBackend() => _entered = time.GetTimestamp();

    public void LeaveBackend() => _inside += time.GetTimestamp() - _entered;

    public void CountToken() => _tokens++;

    public void CountDraft(int proposed, int accepted) => (_proposed, _accepted) = (proposed, accepted);

    public void End(int decodeRows)
    {
        var (inside, whole) = (time.GetElapsedTime(0, _inside), time.GetElapsedTime(_begun));
        var bytes = GC.GetAllocatedBytesForCurrentThread() - _bytes;
        lock (_gate)
        {
            _total = new(
                _total.Steps + 1, _total.DecodeSteps + (decodeRows > 0 ? 1 : 0), _total.Tokens + _tokens,
                _total.BackendTime + inside, _total.OutsideTime + whole - inside, _total.ManagedBytes + bytes)
            {
                Proposed = _total.Proposed + _proposed,
                Accepted = _total.Accepted + _accepted,
            };
        }
    }
}
