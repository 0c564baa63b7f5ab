namespace Aigc.Inference.Serving.Remote;

/// <summary>When a server that has too much to do wants to be asked again. It holds for every request to it: one that asks meanwhile is refused as well.</summary>
internal sealed class RemotePause(TimeProvider time)
{
    // Times that a request waits for are bounded by its options, which allow a day.
    private static readonly TimeSpan Most = TimeSpan.FromDays(1);

    private long _until = time.GetTimestamp();

    /// <summary>How long it still lasts, in whole milliseconds, because timers know no less; zero when it is over.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = Volatile.Read(ref _until) - time.GetTimestamp();
            return left <= 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(time.GetElapsedTime(0, left).TotalMilliseconds));
        }
    }

    /// <summary>Holds requests back for so long from now. One that lasts longer already stays.</summary>
    public void Begin(TimeSpan length)
    {
        if (length <= TimeSpan.Zero)
            return;
        var until = time.GetTimestamp() + (long)((length < Most ? length : Most).TotalSeconds * time.TimestampFrequency);
        var known = Volatile.Read(ref _until);
        while (known < until && Interlocked.CompareExchange(ref _until, until, known) is var seen && seen != known)
            known = seen;
    }
}
