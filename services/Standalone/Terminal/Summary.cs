using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.Standalone.Chains;
using Spectre.Console;

namespace Aigc.Standalone.Terminal;

/// <summary>What a chain run came to: the links with their cost, the model's figures, the answers, and where everything lies.</summary>
internal static class Summary
{
    // Facts that are told elsewhere in the summary, or are only for programs.
    private static readonly HashSet<string> Elsewhere = ["text", "content", "contentId", "digest", "modelDigest", "path", "finish", "lineage", "channel", "location", "marks"];

    public static void Write(IAnsiConsole console, JobInfo chain, IReadOnlyList<LossPoint> loss, string pictureFolder)
    {
        console.WriteLine();
        if (chain.Status != JobStatus.Succeeded)
        {
            console.MarkupLineInterpolated($"[red]{chain.Status}:[/] {chain.Error?.Message ?? "stopped on request"}");
        }

        console.Write(Links(chain));
        WriteLoss(console, chain, loss, pictureFolder);
        foreach (var answer in chain.Children.Where(job => job.Kind == JobKinds.Generation && job.Result.ContainsKey("text")))
        {
            console.Write(new Panel(new Text(answer.Result["text"].Trim())) { Header = new PanelHeader(Markup.Escape(answer.Title ?? "answer")), Expand = true });
        }

        WritePlaces(console, chain);
    }

    private static Table Links(JobInfo chain)
    {
        var table = new Table().RoundedBorder().AddColumns("link", "state", "seconds", "memory", "facts");
        foreach (var kind in chain.Children.GroupBy(job => job.Kind))
        {
            var jobs = kind.ToArray();
            table.AddRow(
                new Text(jobs.Length == 1 ? kind.Key : $"{kind.Key} × {jobs.Length}"),
                new Text(string.Join(", ", jobs.Select(job => job.Status.ToString().ToLowerInvariant()).Distinct())),
                new Text(Figures.Count(jobs.Sum(job => job.Usage?.Seconds ?? 0))),
                new Text(jobs.Max(job => job.Usage?.PeakMemoryBytes ?? 0) is var peak and > 0 ? Figures.Bytes(peak) : ""),
                new Text(jobs.Length == 1 ? Facts(jobs[0]) : ""));
        }

        return table;
    }

    private static string Facts(JobInfo job) =>
        string.Join("\n", job.Result.Where(fact => !Elsewhere.Contains(fact.Key)).Select(fact => $"{fact.Key}: {fact.Value}"));

    private static void WriteLoss(IAnsiConsole console, JobInfo chain, IReadOnlyList<LossPoint> loss, string pictureFolder)
    {
        if (loss.Count < 2)
        {
            return;
        }

        var picture = Path.Combine(pictureFolder, $"{chain.Title}-loss.png");
        LossPlot.WritePicture(loss, $"{chain.Title}: training loss", picture);
        console.WriteLine("loss  " + LossPlot.Line(loss, 60));
        console.WriteLine($"      {picture}");
    }

    private static void WritePlaces(IAnsiConsole console, JobInfo chain)
    {
        foreach (var job in chain.Children.Where(job => job.Result.ContainsKey("path")))
        {
            console.WriteLine($"{job.Kind}: {job.Result["path"]}");
        }

        foreach (var location in chain.Children.Where(job => job.Kind == JobKinds.Publication).Select(job => job.Result.GetValueOrDefault("location")).OfType<string>().Distinct())
        {
            console.WriteLine($"published: {location}");
        }

        console.WriteLine($"lineage: {chain.Id}");
    }
}
