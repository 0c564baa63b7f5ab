using System.Globalization;
using Aigc.Application.Jobs;
using Aigc.Contracts.Jobs;

namespace Aigc.Application.Studio.Parts;

/// <summary>How fast a link goes, as its workers tell it (<see cref="JobProgressed.Facts"/>) or as it follows from what they count.</summary>
internal static class LinkRate
{
    public static string? Of(string kind, IReadOnlyList<JobDocument> jobs)
    {
        var working = jobs.Where(job => job.Status == JobStatus.Running).Select(job => job.Progress).OfType<JobProgress>().ToList();
        return kind switch
        {
            JobKinds.DatasetBuild => Say(Told(working, "documentsPerSecond") ?? Counted(working, "documents"), "documents/s"),
            JobKinds.LabelingCampaign => Say(Counted(working, "labels") * 60, "labels/min"),
            JobKinds.TrainingRun => Say(Told(working, "tokensPerSecond"), "tokens/s"),
            JobKinds.Generation => Say(Generated(jobs), "tokens/s"),
            _ => null,
        };
    }

    private static double? Told(List<JobProgress> working, string fact)
    {
        var told = working.Where(progress => progress.Facts.ContainsKey(fact)).Select(progress => Figure(progress.Facts[fact])).ToList();
        return told.Count > 0 ? told.Sum() : null;
    }

    private static double? Counted(List<JobProgress> working, string unit)
    {
        var counted = working.Where(progress => progress.Unit == unit && progress.Rate is not null).Select(progress => progress.Rate!.Value).ToList();
        return counted.Count > 0 ? counted.Sum() : null;
    }

    // Answers are short and many at once: the tokens of those that are done, over the time since the first began.
    private static double? Generated(IReadOnlyList<JobDocument> jobs)
    {
        var done = jobs.Where(job => job is { Status: JobStatus.Succeeded, StartedAt: not null, FinishedAt: not null }).ToList();
        var tokens = done.Sum(job => Figure(job.Result.GetValueOrDefault("tokens", "0")));
        var seconds = done.Count > 0 ? (done.Max(job => job.FinishedAt!.Value) - done.Min(job => job.StartedAt!.Value)).TotalSeconds : 0;
        return seconds > 0 && tokens > 0 ? tokens / seconds : null;
    }

    private static string? Say(double? rate, string unit) => rate is > 0 and { } value ? $"{Parts.Say.Count(Math.Round(value, value < 10 ? 1 : 0))} {unit}" : null;

    private static double Figure(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : 0;
}
