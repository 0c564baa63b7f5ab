using System.Globalization;

namespace Aigc.Application.Studio.Parts;

/// <summary>Figures and times as people read them.</summary>
internal static class Say
{
    public static string Count(double value) => value == Math.Truncate(value)
        ? value.ToString("N0", CultureInfo.InvariantCulture)
        : value.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Span(double seconds) => seconds switch
    {
        < 1 => $"{seconds.ToString("0.0", CultureInfo.InvariantCulture)} s",
        < 60 => $"{seconds.ToString("0", CultureInfo.InvariantCulture)} s",
        < 3600 => $"{(int)seconds / 60} min {(int)seconds % 60:00} s",
        _ => $"{(int)seconds / 3600} h {(int)seconds % 3600 / 60:00} min",
    };

    public static string Bytes(double bytes) => bytes switch
    {
        < 1024 => $"{bytes.ToString("0", CultureInfo.InvariantCulture)} B",
        < 1024 * 1024 => $"{(bytes / 1024).ToString("0.#", CultureInfo.InvariantCulture)} kB",
        < 1024L * 1024 * 1024 => $"{(bytes / 1024 / 1024).ToString("0.#", CultureInfo.InvariantCulture)} MB",
        _ => $"{(bytes / 1024 / 1024 / 1024).ToString("0.##", CultureInfo.InvariantCulture)} GB",
    };

    public static string When(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";

    public static string Kind(string kind) => kind.Length == 0 ? "" : char.ToUpperInvariant(kind[0]) + kind[1..].Replace('-', ' ');
}
