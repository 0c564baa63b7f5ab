using System.Globalization;

namespace Aigc.Standalone.Terminal;

/// <summary>Figures as people read them.</summary>
internal static class Figures
{
    public static string Count(double number) => number.ToString(number >= 100 || number == Math.Floor(number) ? "N0" : "N1", CultureInfo.InvariantCulture);

    public static string Time(TimeSpan time) => time.TotalSeconds < 60
        ? time.TotalSeconds.ToString("0.0 s", CultureInfo.InvariantCulture)
        : time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture) + " min";

    public static string Bytes(double bytes) => bytes switch
    {
        >= 1L << 30 => (bytes / (1L << 30)).ToString("0.00 GB", CultureInfo.InvariantCulture),
        >= 1L << 20 => (bytes / (1L << 20)).ToString("0.0 MB", CultureInfo.InvariantCulture),
        _ => (bytes / 1024).ToString("0 kB", CultureInfo.InvariantCulture),
    };

    /// <summary>For example <c>1,204/5,000 documents (24 %), 310/s, 0:12 min left</c>.</summary>
    public static string Progress(Chains.JobState job)
    {
        var text = job.Total is { } total
            ? $"{Count(job.Done)}/{Count(total)} {job.Unit}" + (total > 0 ? $" ({Math.Min(100, 100 * job.Done / total).ToString("0", CultureInfo.InvariantCulture)} %)" : "")
            : $"{Count(job.Done)} {job.Unit}";
        if (job.Rate is { } rate)
        {
            text += $", {Count(rate)}/s";
        }

        if (job.Left is { } left)
        {
            text += $", {Time(left)} left";
        }

        return text;
    }
}
