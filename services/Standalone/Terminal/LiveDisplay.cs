using Aigc.Contracts.Jobs;
using Aigc.Standalone.Chains;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Aigc.Standalone.Terminal;

/// <summary>A table of the links that redraws itself, the loss curve while training, the answers while they come.</summary>
internal sealed class LiveDisplay(IAnsiConsole console) : IChainDisplay
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);

    public Task Show(ChainView view, IAsyncEnumerable<JobEventInfo> events, CancellationToken ct) =>
        console.Live(Draw(view)).AutoClear(false).StartAsync(async live =>
        {
            var drawn = System.Diagnostics.Stopwatch.StartNew();
            await foreach (var happened in events.WithCancellation(ct))
            {
                view.Apply(happened);
                if (drawn.Elapsed >= Frame)
                {
                    live.UpdateTarget(Draw(view));
                    drawn.Restart();
                }
            }

            live.UpdateTarget(Draw(view));
        });

    private static Rows Draw(ChainView view)
    {
        var table = new Table().RoundedBorder().AddColumns("link", "state", "stage", "progress", "time");
        foreach (var kind in view.Jobs.Select(job => job.Kind).Where(kind => kind.Length > 0).Distinct())
        {
            table.AddRow(Row(kind, [.. view.OfKind(kind)]));
        }

        List<IRenderable> parts = [table];
        if (view.OfKind(JobKinds.TrainingRun).FirstOrDefault(job => job is { Status: JobStatus.Running, Loss.Count: > 1 }) is { } training)
        {
            parts.Add(new Text("loss  " + LossPlot.Line([.. training.Loss], 60)));
        }

        parts.AddRange(view.OfKind(JobKinds.Generation)
            .Where(job => job is { Status: JobStatus.Running, Text.Length: > 0 })
            .Select(job => new Panel(new Text(job.Text.ToString())) { Header = new PanelHeader(Markup.Escape(job.Title)), Expand = true }));
        return new Rows(parts);
    }

    private static IRenderable[] Row(string kind, JobState[] jobs)
    {
        var ended = jobs.Count(job => job.Status == JobStatus.Succeeded);
        var current = Array.FindLast(jobs, job => job.Status is JobStatus.Running or JobStatus.Waiting) ?? jobs[^1];
        var progress = jobs.Length > 1 ? $"{ended}/{jobs.Length}" : Figures.Progress(current);
        var time = jobs.Min(job => job.Began) is { } began && jobs.Max(job => job.Ended) is { } end ? Figures.Time(end - began) : "";
        return [new Text(kind), State(jobs), new Text(current.Stage), new Text(progress), new Text(time)];
    }

    private static Markup State(JobState[] jobs) => jobs switch
    {
        _ when Array.Exists(jobs, job => job.Status == JobStatus.Failed) => new Markup("[red]failed[/]"),
        _ when Array.TrueForAll(jobs, job => job.Status == JobStatus.Succeeded) => new Markup("[green]done[/]"),
        _ when Array.Exists(jobs, job => job.Status == JobStatus.Waiting) => new Markup("[yellow]waits for people[/]"),
        _ => new Markup("[blue]running[/]"),
    };
}
