using Aigc.Contracts.Jobs;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Jobs;

/// <summary>
/// Thins progress before it is stored: the newest of a job's stage at most once in <see cref="ApplicationOptions.ProgressEvery"/>, and
/// the last of a stage always. Generated text is joined, not dropped. What a crash takes from here is telemetry.
/// </summary>
internal sealed class ProgressBuffer(TimeProvider time, IOptions<ApplicationOptions> options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(Guid Job, string Stage), Slot> _slots = [];

    /// <summary>How many were taken in.</summary>
    public long Seen { get; private set; }

    /// <summary>Takes one in; returns what is to be stored now, in order.</summary>
    public IReadOnlyList<JobProgressed> Add(JobProgressed progress)
    {
        lock (_gate)
        {
            Seen++;
            // Another stage of the same job has begun: the last word of the one before it goes first.
            var due = Take(slot => slot.Job == progress.JobId && slot.Stage != progress.Stage, forget: true);
            var key = (progress.JobId, progress.Stage);
            if (!_slots.TryGetValue(key, out var slot))
            {
                _slots[key] = slot = new Slot();
            }

            slot.Waiting = slot.Waiting is { } before ? Join(before, progress) : progress;
            if (slot.StoredAt is not { } at || time.GetElapsedTime(at) >= options.Value.ProgressEvery || progress.Done == progress.Total)
            {
                due.Add(slot.Store(time.GetTimestamp()));
            }

            return due;
        }
    }

    /// <summary>What is waiting of one job, whose state changes now.</summary>
    public IReadOnlyList<JobProgressed> Drain(Guid job, bool ended)
    {
        lock (_gate)
        {
            return Take(slot => slot.Job == job, forget: ended);
        }
    }

    /// <summary>What has waited long enough.</summary>
    public IReadOnlyList<JobProgressed> DrainDue()
    {
        lock (_gate)
        {
            foreach (var key in _slots.Where(s => s.Value.Waiting is null && time.GetElapsedTime(s.Value.StoredAt!.Value) > TimeSpan.FromMinutes(10)).Select(s => s.Key).ToArray())
            {
                _slots.Remove(key);
            }

            return Take(key => time.GetElapsedTime(_slots[key].StoredAt!.Value) >= options.Value.ProgressEvery, forget: false);
        }
    }

    private List<JobProgressed> Take(Func<(Guid Job, string Stage), bool> which, bool forget)
    {
        var taken = new List<JobProgressed>();
        foreach (var key in _slots.Keys.Where(which).ToArray())
        {
            if (_slots[key].Waiting is not null)
            {
                taken.Add(_slots[key].Store(time.GetTimestamp()));
            }

            if (forget)
            {
                _slots.Remove(key);
            }
        }

        return taken;
    }

    private static JobProgressed Join(JobProgressed before, JobProgressed after)
    {
        if (!before.Facts.TryGetValue("text", out var text))
        {
            return after;
        }

        var facts = after.Facts.ToDictionary();
        facts["text"] = text + facts.GetValueOrDefault("text");
        return after with { Facts = facts };
    }

    private sealed class Slot
    {
        public JobProgressed? Waiting { get; set; }

        public long? StoredAt { get; private set; }

        public JobProgressed Store(long now)
        {
            var stored = Waiting!;
            Waiting = null;
            StoredAt = now;
            return stored;
        }
    }
}
