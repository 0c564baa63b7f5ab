using System.Diagnostics;
using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using MassTransit;

namespace Aigc.ServiceDefaults.Work;

/// <summary>What running work knows and may tell.</summary>
public sealed class WorkContext
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(250);

    private readonly IBus _bus;
    private readonly TimeProvider _time;
    private readonly Guid _jobId;
    private readonly JobLink _job;
    private readonly long _started;
    private readonly TimeSpan _processorAtStart;
    private long _lastProgress;

    internal WorkContext(IBus bus, TimeProvider time, Guid jobId, JobLink job, int attempt)
    {
        _bus = bus;
        _time = time;
        _jobId = jobId;
        _job = job;
        Attempt = attempt;
        _started = time.GetTimestamp();
        _processorAtStart = Process.GetCurrentProcess().TotalProcessorTime;
    }

    /// <summary>1 for the first start; more after a crash or a transient failure.</summary>
    public int Attempt { get; }

    /// <summary>Tells how far the work is. Called as often as is convenient: most calls are dropped, the last of a stage never.</summary>
    public async ValueTask Progress(
        string stage, double done, double? total, string unit, IReadOnlyDictionary<string, string>? facts = null, CancellationToken ct = default)
    {
        if (done != total && _lastProgress != 0 && _time.GetElapsedTime(_lastProgress) < ProgressEvery)
        {
            return;
        }

        _lastProgress = _time.GetTimestamp();
        await _bus.Publish(
            new JobProgressed
            {
                JobId = _jobId,
                Job = _job,
                Stage = stage,
                Done = done,
                Total = total,
                Unit = unit,
                At = _time.GetUtcNow(),
                Facts = facts ?? new Dictionary<string, string>(),
            },
            ct);
    }

    /// <summary>What this process used since the work began.</summary>
    public StepUsage Usage()
    {
        using var process = Process.GetCurrentProcess();
        return new StepUsage
        {
            Seconds = _time.GetElapsedTime(_started).TotalSeconds,
            CpuSeconds = (process.TotalProcessorTime - _processorAtStart).TotalSeconds,
            PeakMemoryBytes = process.WorkingSet64,
        };
    }
}
