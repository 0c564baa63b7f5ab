using System.Globalization;
using Aigc.Benchmarks.Inference.Engines;

namespace Aigc.Benchmarks.Inference;

/// <summary>Whether the machine was ours during a measurement: processor time that neither we nor our engines used, as a share of all cores.</summary>
internal sealed class Quiet(params EngineProcess[] engines)
{
    /// <summary>A round with more of it is not clean.</summary>
    public const double MostForeign = 0.08;

    private const double TicksPerSecond = 100;
    private readonly long _began = Environment.TickCount64;
    private readonly double _busy = Busy();
    private readonly double _own = Own(engines);

    /// <summary>Foreign share since this was made; 0 where /proc is absent.</summary>
    public double Foreign
    {
        get
        {
            var seconds = (Environment.TickCount64 - _began) / 1000.0 * Environment.ProcessorCount;
            return seconds <= 0 ? 0 : Math.Max(0, (Busy() - _busy - (Own(engines) - _own)) / seconds);
        }
    }

    private static double Own(EngineProcess[] engines) =>
        Environment.CpuUsage.TotalTime.TotalSeconds + engines.Sum(engine => engine.ProcessorTime.TotalSeconds);

    /// <summary>Seconds of all cores that were not idle: everything in the first line of /proc/stat but idle and waiting for disks.</summary>
    private static double Busy()
    {
        if (!File.Exists("/proc/stat"))
            return 0;
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9];
        return ticks.Where((_, i) => i is not (3 or 4)).Sum(tick => double.Parse(tick, CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
