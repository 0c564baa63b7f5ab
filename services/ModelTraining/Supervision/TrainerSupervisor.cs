using System.Globalization;
using Aigc.Contracts;
using Aigc.Models.Training;
using Aigc.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Aigc.ModelTraining.Supervision;

/// <summary>How a supervised run went.</summary>
/// <param name="Result">What came out.</param>
/// <param name="Crashes">Times the process died and was resumed, over all lives of this process too.</param>
/// <param name="CpuSeconds">Processor seconds seen by this process.</param>
/// <param name="PeakMemoryBytes">Largest resident set seen, in bytes.</param>
internal sealed record SupervisedRun(TrainerResult Result, int Crashes, double CpuSeconds, long PeakMemoryBytes);

/// <summary>
/// Keeps a trainer at a job until the result is there. libtorch does crash at random in long runs: a dead trainer is started again and
/// goes on from its last checkpoint, as often as it gets further; only one that dies in place is given up.
/// </summary>
internal sealed partial class TrainerSupervisor(TrainerLocation location, IOptions<SupervisionOptions> options, ILogger<TrainerSupervisor> logger)
{
    const int Refused = 2, Busy = 4;

    /// <summary>Runs the job in a folder with <c>job.json</c>; a finished one is answered at once.</summary>
    /// <exception cref="ProblemException">The trainer refused the job: only other input helps.</exception>
    public async Task<SupervisedRun> Run(string directory, Func<TrainerEvent, ValueTask> progress, CancellationToken ct)
    {
        var (cpu, memory, inPlace, furthest) = (0.0, 0L, 0, (Stage: "", Done: -1.0));
        while (ReadResult(directory) is null)
        {
            ct.ThrowIfCancellationRequested();
            TrainerEvent? refusal = null;
            var before = furthest;
            using var trainer = TrainerProcess.Start(TrainerLocation.Host(), location.Trainer(), directory);
            Started(logger, trainer.Id);
            var exit = await trainer.Follow(
                async value =>
                {
                    if (value.Event == "failed")
                        refusal = value;
                    else if (value.Event == "progress")
                    {
                        furthest = Further(furthest, value);
                        await progress(value);
                    }
                },
                ct);
            cpu += trainer.CpuSeconds;
            memory = Math.Max(memory, trainer.PeakMemoryBytes);
            if (exit == Refused && refusal is not null)
                throw new ProblemException(new Problem { Code = refusal.Code ?? "training_failed", Message = refusal.Message ?? "The trainer refused the job." });
            if (ReadResult(directory) is not null)
                break;
            if (exit == Busy)
            {
                // An orphan of a killed process still holds the folder; it notices within moments.
                await Task.Delay(TimeSpan.FromSeconds(1), ct);
                if (++inPlace <= 30)
                    continue;
            }

            CountCrash(directory);
            inPlace = furthest == before ? inPlace + 1 : 1;
            Died(logger, trainer.Id, exit, inPlace, trainer.Complaints);
            if (inPlace > options.Value.MaxCrashesInPlace)
                throw new InvalidOperationException($"The trainer died {inPlace} times at the same place (exit code {exit}).");
        }

        return new SupervisedRun(ReadResult(directory)!, Crashes(directory), cpu, memory);
    }

    static (string Stage, double Done) Further((string Stage, double Done) furthest, TrainerEvent value) =>
        value.Stage == furthest.Stage && value.Done <= furthest.Done ? furthest : (value.Stage ?? "", value.Done);

    static TrainerResult? ReadResult(string directory)
    {
        var path = Path.Combine(directory, TrainerResult.FileName);
        return File.Exists(path) ? TrainerJson.Read<TrainerResult>(File.ReadAllText(path)) : null;
    }

    static int Crashes(string directory)
    {
        var path = Path.Combine(directory, "crashes");
        return File.Exists(path) && int.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out var count) ? count : 0;
    }

    static void CountCrash(string directory) =>
        File.WriteAllText(Path.Combine(directory, "crashes"), (Crashes(directory) + 1).ToString(CultureInfo.InvariantCulture));

    [LoggerMessage(Level = LogLevel.Information, Message = "Trainer process {ProcessId} started.")]
    private static partial void Started(ILogger logger, int processId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trainer process {ProcessId} died with exit code {ExitCode} ({Times} in place); it is resumed. Its last lines: {Lines}")]
    private static partial void Died(ILogger logger, int processId, int exitCode, int times, string lines);
}
