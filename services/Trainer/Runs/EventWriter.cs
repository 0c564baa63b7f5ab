using System.Diagnostics;
using Aigc.Models.Training;

namespace Aigc.Trainer.Runs;

/// <summary>Writes events as lines of JSON, progress at most twice a second, and keeps the seconds of each stage.</summary>
internal sealed class EventWriter(TextWriter output)
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.5);
    readonly Stopwatch clock = Stopwatch.StartNew();
    readonly Dictionary<string, double> seconds = [];
    TimeSpan last = TimeSpan.MinValue;
    TimeSpan entered;
    string? stage;

    public IReadOnlyDictionary<string, double> StageSeconds => seconds;

    /// <summary>Ends the stage before.</summary>
    public void Enter(string? next)
    {
        if (stage is not null)
            seconds[stage] = Math.Round((clock.Elapsed - entered).TotalSeconds, 2);
        (stage, entered, last) = (next, clock.Elapsed, TimeSpan.MinValue);
    }

    public void Progress(double done, double? total, string unit, int? step = null, double? loss = null, double? rate = null)
    {
        var finished = done >= total;
        if (!finished && last != TimeSpan.MinValue && clock.Elapsed - last < Interval)
            return;
        last = clock.Elapsed;
        Write(new TrainerEvent
        {
            Event = "progress",
            Stage = stage,
            Done = Math.Round(done, 2),
            Total = total,
            Unit = unit,
            Step = step,
            Loss = loss,
            TokensPerSecond = rate,
        });
    }

    public void Write(TrainerEvent value)
    {
        lock (output)
        {
            output.WriteLine(TrainerJson.Write(value));
            output.Flush();
        }
    }
}
