using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Standalone.Chains;
using Spectre.Console;

namespace Aigc.Standalone.Terminal;

/// <summary>What a chain run came to: the links with their cost and facts, the answers, and where everything lies.</summary>
internal static class Summary
{
    private const int PlotWidth = 60;
    private const string CountPrefix = "count.";

    // Told in their own places below, or facts for programs.
    private static readonly HashSet<string> Elsewhere = ["text", "content", "contentId", "modelDigest", "path", "finish"];

    public static void Write(IAnsiConsole console, JobInfo chain, IReadOnlyList<LossPoint> loss, string pictureFolder)
    {
        console.WriteLine();
        if (chain.Status != JobStatus.Succeeded)
        {
            console.MarkupLineInterpolated($"[red]{chain.Status}:[/] {chain.Error?.Message ?? "stopped on request"}");
        }

        console.Write(Links(chain));
        foreach (var job in chain.Children.Where(job => job.Kind is not (JobKinds.Generation or JobKinds.Publication)))
        {
            WriteFacts(console, job);
        }

        WriteLoss(console, chain, loss, pictureFolder);
        foreach (var answer in chain.Children.Where(job => job.Kind == JobKinds.Generation && job.Result.ContainsKey("text")))
        {
            console.Write(new Panel(new Text(answer.Result["text"].Trim())) { Header = new PanelHeader(Markup.Escape(answer.Title ?? "answer")), Expand = true });
        }

        WritePlaces(console, chain);
    }

    private static Table Links(JobInfo chain)
    {
        var table = new Table().RoundedBorder().AddColumns("link", "state", "seconds", "peak memory");
        foreach (var kind in chain.Children.GroupBy(job => job.Kind))
        {
            var jobs = kind.ToArray();
            table.AddRow(
                new Text(jobs.Length == 1 ? kind.Key : $"{kind.Key} × {jobs.Length}"),
                new Text(string.Join(", ", jobs.Select(State).Distinct())),
                new Text(Figures.Count(jobs.Sum(job => job.Usage?.Seconds ?? 0))),
                new Text(jobs.Max(job => job.Usage?.PeakMemoryBytes ?? 0) is var peak and > 0 ? Figures.Bytes(peak) : ""));
        }

        return table;
    }

    private static string State(JobInfo job) =>
        job.Status.ToString().ToLowerInvariant() + (job.Result.GetValueOrDefault("reused") == "true" ? " (nothing had changed)" : "");

    private static void WriteFacts(IAnsiConsole console, JobInfo job)
    {
        console.MarkupLineInterpolated($"[bold]{job.Kind}[/]");
        foreach (var fact in job.Result.Where(fact => !Elsewhere.Contains(fact.Key) && !fact.Key.StartsWith(CountPrefix, StringComparison.Ordinal)))
        {
            console.WriteLine($"  {fact.Key}: {fact.Value}");
        }

        var counts = job.Result.Where(fact => fact.Key.StartsWith(CountPrefix, StringComparison.Ordinal)).Select(fact => $"{fact.Key[CountPrefix.Length..]} {fact.Value}").ToArray();
        if (counts.Length > 0)
        {
            console.WriteLine("  " + string.Join(", ", counts));
        }
    }

    private static void WriteLoss(IAnsiConsole console, JobInfo chain, IReadOnlyList<LossPoint> loss, string pictureFolder)
    {
        if (loss.Count < 2)
        {
            return;
        }

        var picture = Path.Combine(pictureFolder, $"{chain.Title}-loss.png");
        LossPlot.WritePicture(loss, $"{chain.Title}: training loss", picture);
        console.WriteLine("  loss  " + LossPlot.Line(loss, PlotWidth));
        console.WriteLine("  loss picture: " + picture);
    }

    private static void WritePlaces(IAnsiConsole console, JobInfo chain)
    {
        foreach (var job in chain.Children.Where(job => job.Kind != JobKinds.Publication && job.Result.ContainsKey("path")))
        {
            console.WriteLine($"{job.Kind} lies in {job.Result["path"]}");
        }

        var publications = chain.Children.Where(job => job.Kind == JobKinds.Publication && job.Status == JobStatus.Succeeded);
        foreach (var channel in publications.GroupBy(job => (Kind: job.Result.GetValueOrDefault("channel"), Path: job.Result.GetValueOrDefault("path"))))
        {
            var marks = channel.First().Result.GetValueOrDefault("marks");
            console.WriteLine($"published {channel.Count()} to {channel.Key.Kind} {channel.Key.Path}, read back with marks {marks}");
        }

        console.WriteLine($"lineage id: {chain.Id}");
    }
}
