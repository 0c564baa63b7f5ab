using System.Collections.Concurrent;
using System.Globalization;
using Aigc.Storage.Documents;

namespace Aigc.Gateway.Edge;

/// <summary>Where somebody stands with their requests of this minute.</summary>
internal readonly record struct Rate(bool Allowed, int Limit, int Remaining, TimeSpan Reset);

/// <summary>
/// Requests a minute that hold together across gateway processes. A process takes a block of what is left of the minute out of a
/// shared document, by compare-and-swap, and decides alone until the block is used up. Blocks shrink with what is left, so that near
/// the limit little lies unused at one process while another refuses. Never more than the limit passes in a minute of the clock.
/// </summary>
internal sealed class RequestRates(IDocumentStore<RateWindow> windows, TimeProvider time)
{
    // A sixteenth of what is left: some 16·ln(limit/16) + 16 questions to the store use a whole minute's limit up.
    private const int Blocks = 16;

    // Shares of a minute that is over are worth nothing; they are swept out when so many have gathered.
    private const int Crowd = 10_000;

    private readonly ConcurrentDictionary<string, Share> _shares = [];

    /// <summary>Takes one request of somebody's (<c>key:…</c>, <c>user:…</c>, <c>tenant:…</c>) minute.</summary>
    public async ValueTask<Rate> Take(string who, int limit, CancellationToken ct)
    {
        while (true)
        {
            var now = time.GetUtcNow();
            var minute = MinuteOf(now);
            var share = ShareOf(who, minute);
            Task asking;
            lock (share)
            {
                share.Begin(minute);
                if (share.Left > 0)
                {
                    share.Left--;
                    return Result(true, share, limit, now);
                }

                if (share.UsedUp)
                {
                    return Result(false, share, limit, now);
                }

                asking = share.Asking ??= Task.Run(() => Ask(who, share, minute, limit), CancellationToken.None);
            }

            await asking.WaitAsync(ct);
        }
    }

    /// <summary>Puts back a request that was not made after all.</summary>
    public void PutBack(string who)
    {
        var minute = MinuteOf(time.GetUtcNow());
        var share = ShareOf(who, minute);
        lock (share)
        {
            share.Left += share.Minute == minute ? 1 : 0;
        }
    }

    private async Task Ask(string who, Share share, long minute, int limit)
    {
        var taken = 0;
        RateWindow? window = null;
        try
        {
            window = await windows.Upsert(
                $"{who}:{minute.ToString(CultureInfo.InvariantCulture)}",
                () => new RateWindow
                {
                    Id = $"{who}:{minute.ToString(CultureInfo.InvariantCulture)}",
                    ExpiresAt = DateTimeOffset.FromUnixTimeSeconds((minute + 5) * 60),
                },
                found =>
                {
                    taken = Math.Min(Math.Max(1, (limit - found.Granted) / Blocks), Math.Max(0, limit - found.Granted));
                    found.Granted += taken;
                });
        }
        finally
        {
            lock (share)
            {
                share.Asking = null;
                if (share.Minute == minute && window is not null)
                {
                    share.Left += taken;
                    share.Granted = window.Granted;
                    share.UsedUp = taken == 0;
                }
            }
        }
    }

    private Share ShareOf(string who, long minute)
    {
        if (_shares.TryGetValue(who, out var known))
        {
            return known;
        }

        if (_shares.Count > Crowd)
        {
            foreach (var past in _shares.Where(pair => pair.Value.Minute < minute))
            {
                _shares.TryRemove(past);
            }
        }

        return _shares.GetOrAdd(who, _ => new Share());
    }

    private static long MinuteOf(DateTimeOffset now) => now.ToUnixTimeSeconds() / 60;

    private static Rate Result(bool allowed, Share share, int limit, DateTimeOffset now) => new(
        allowed, limit, Math.Max(0, limit - share.Granted + share.Left), DateTimeOffset.FromUnixTimeSeconds((share.Minute + 1) * 60) - now);

    /// <summary>This process's part of somebody's minute. Locked by whoever touches it.</summary>
    private sealed class Share
    {
        public long Minute { get; private set; } = -1;

        public int Left { get; set; }

        public int Granted { get; set; }

        public bool UsedUp { get; set; }

        public Task? Asking { get; set; }

        public void Begin(long minute)
        {
            if (Minute != minute)
            {
                (Minute, Left, Granted, UsedUp) = (minute, 0, 0, false);
            }
        }
    }
}
