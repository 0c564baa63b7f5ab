using System.Diagnostics;
using Aigc.Contracts.Jobs;
using Aigc.Standalone.Chains;

namespace Aigc.Standalone.Terminal;

/// <summary>Plain lines, for logs and pipes: one a change, and one every few seconds of progress. Answers appear as they come.</summary>
internal sealed class LineDisplay(TextWriter output) : IChainDisplay
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Dictionary<Guid, (string Stage, TimeSpan At)> _told = [];
    private Guid? _speaking;

    public async Task Show(ChainView view, IAsyncEnumerable<JobEventInfo> events, CancellationToken ct)
    {
        await foreach (var happened in events.WithCancellation(ct))
        {
            var job = view.Apply(happened);
            if (happened.Status is not null)
            {
                Changed(job);
            }
            else if (happened.Facts.TryGetValue("text", out var piece))
            {
                Speak(job, piece);
            }
            else
            {
                Progressed(job);
            }
        }

        Silence();
    }

    private void Changed(JobState job)
    {
        if (job.Status is JobStatus.Queued || (job.Status == JobStatus.Running && job.Kind is JobKinds.Generation or JobKinds.Publication))
        {
            return;
        }

        var end = job is { Began: { } began, Ended: { } ended } ? $" after {Figures.Time(ended - began)}" : "";
        var stage = job is { Status: JobStatus.Running, Step.Length: > 0 } ? $" ({job.Step})" : "";
        Line($"{job.Kind} {job.Title}: {job.Status.ToString().ToLowerInvariant()}{stage}{end}{(job.Error is null ? "" : ": " + job.Error)}");
    }

    private void Progressed(JobState job)
    {
        var known = _told.GetValueOrDefault(job.Id);
        if (known.Stage != job.Stage || _clock.Elapsed - known.At >= Every || job.Done == job.Total)
        {
            _told[job.Id] = (job.Stage, _clock.Elapsed);
            var loss = job.Facts.TryGetValue("loss", out var value) ? $", loss {value}" : "";
            Line($"{(job.Kind.Length > 0 ? job.Kind : "job")} {job.Stage}: {Figures.Progress(job)}{loss}");
        }
    }

    // Several answers may come at once; the first is read out while it comes, the others when it is their turn.
    private void Speak(JobState job, string piece)
    {
        if (_speaking is null)
        {
            Line($"answer to \"{job.Title}\":");
            output.Write("    ");
            _speaking = job.Id;
        }

        if (_speaking == job.Id)
        {
            output.Write(piece.ReplaceLineEndings("\n    "));
            output.Flush();
        }
    }

    private void Silence()
    {
        if (_speaking is not null)
        {
            output.WriteLine();
            _speaking = null;
        }
    }

    private void Line(string text)
    {
        Silence();
        output.WriteLine($"{_clock.Elapsed:mm\\:ss}  {text}");
    }
}
