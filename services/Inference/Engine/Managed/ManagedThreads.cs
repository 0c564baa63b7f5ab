using System.Runtime.ExceptionServices;

namespace Aigc.Inference.Engine.Managed;

/// <summary>
/// Threads that do the parts of a step together and meet at barriers. Whoever waits spins a little, then gives its core away, then sleeps: on cores that others
/// use as well a spinning thread would keep the one it waits for from running. The caller is part 0.
/// </summary>
internal sealed class ManagedThreads : IDisposable
{
    /// <summary>More would meet more often than they work.</summary>
    public const int Most = 64;

    private const int BarrierSpins = 2_000, IdleSpins = 2_000, LongSpins = 400_000, Yields = 50;

    private readonly Action<int> _part;
    private readonly Thread[] _workers;
    private readonly int _idleSpins, _barrierSpins;
    private readonly Meeting _start = new(), _meet = new(), _end = new();
    private int _arrived, _left;
    private volatile bool _stop, _broken;
    private ExceptionDispatchInfo? _fault;

    /// <param name="count">Threads; 0 for every core.</param>
    /// <param name="spinning">Whether idle threads spin for some milliseconds before they sleep.</param>
    /// <param name="name">Of the threads.</param>
    /// <param name="part">One part of a step: gets its number.</param>
    public ManagedThreads(int count, bool spinning, string name, Action<int> part)
    {
        Count = Math.Clamp(count > 0 ? count : Environment.ProcessorCount, 1, Most);
        (_part, _idleSpins, _barrierSpins) = (part, spinning ? LongSpins : IdleSpins, spinning ? LongSpins : BarrierSpins);
        // With fewer cores than threads the awaited one cannot run while this one spins.
        if (Count > Environment.ProcessorCount)
            (_idleSpins, _barrierSpins) = (0, 0);
        _workers = new Thread[Count - 1];
        for (var i = 0; i < _workers.Length; i++)
        {
            var id = i + 1;
            _workers[i] = new(() => Work(id)) { IsBackground = true, Name = $"{name} {id}" };
            _workers[i].Start();
        }
    }

    /// <summary>Threads, the caller's among them.</summary>
    public int Count { get; }

    /// <summary>Threads that wait for a step and have stopped spinning.</summary>
    public int Asleep => _start.Sleepers;

    /// <summary>Whether every thread has ended.</summary>
    public bool Ended => Array.TrueForAll(_workers, worker => !worker.IsAlive);

    /// <summary>Does all parts and returns when all are done. What a part throws is thrown here, and the next step is a new one.</summary>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(_stop, this);
        if (Count == 1)
        {
            _part(0);
            return;
        }
        (_arrived, _left, _broken) = (0, 0, false);
        var done = _end.Phase;
        _start.Open();
        Do(0);
        if (Interlocked.Increment(ref _left) == Count)
            _end.Open();
        else
            _end.Wait(done, _barrierSpins);
        if (Interlocked.Exchange(ref _fault, null) is { } fault)
            fault.Throw();
    }

    /// <summary>Waits until every part of this step is here.</summary>
    public void Meet()
    {
        if (Count == 1)
            return;
        var phase = _meet.Phase;
        // After the phase: a part that fails from here on opens the next one.
        if (_broken)
            throw new PartFailedException();
        if (Interlocked.Increment(ref _arrived) == Count)
        {
            _arrived = 0;
            _meet.Open();
        }
        else
        {
            _meet.Wait(phase, _barrierSpins);
        }
        if (_broken)
            throw new PartFailedException();
    }

    /// <summary>Ends the threads. Not while a step runs.</summary>
    public void Dispose()
    {
        if (_stop)
            return;
        _stop = true;
        _start.Open();
        foreach (var worker in _workers)
            worker.Join();
    }

    private void Work(int id)
    {
        for (var seen = 0; ; seen++)
        {
            _start.Wait(seen, _idleSpins);
            if (_stop)
                return;
            Do(id);
            if (Interlocked.Increment(ref _left) == Count)
                _end.Open();
        }
    }

    private void Do(int id)
    {
        try
        {
            _part(id);
        }
        catch (Exception e)
        {
            // Those that wait for this part would wait for ever: they are told, and end their parts as well. The first reason is the one that counts.
            if (e is not PartFailedException)
                Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(e), null);
            _broken = true;
            _meet.Open();
        }
    }

    /// <summary>Another part of the step has failed; this one stops.</summary>
    private sealed class PartFailedException : Exception;

    /// <summary>Something that happens again and again, and those who wait for the next time.</summary>
    private sealed class Meeting
    {
        private readonly object _gate = new();
        private int _phase, _sleepers;

        /// <summary>How often it has happened.</summary>
        public int Phase => Volatile.Read(ref _phase);

        /// <summary>Those who wait without spinning.</summary>
        public int Sleepers => Volatile.Read(ref _sleepers);

        public void Open()
        {
            // The increment is a full fence, and so is the sleeper's: either this one sees the sleeper or the sleeper sees the new phase.
            Interlocked.Increment(ref _phase);
            if (Volatile.Read(ref _sleepers) == 0)
                return;
            lock (_gate)
                Monitor.PulseAll(_gate);
        }

        public void Wait(int seen, int spins)
        {
            for (var i = 0; i < spins; i++)
            {
                if (Phase != seen)
                    return;
                Thread.SpinWait(1);
            }
            for (var i = 0; i < Yields; i++)
            {
                if (Phase != seen)
                    return;
                Thread.Yield();
            }
            lock (_gate)
            {
                Interlocked.Increment(ref _sleepers);
                while (Phase == seen)
                    Monitor.Wait(_gate);
                Interlocked.Decrement(ref _sleepers);
            }
        }
    }
}
