using System.Globalization;
using Aigc.Contracts.Orchestration;

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

    /// <summary>What a meter has counted, in a unit a person knows.</summary>
    public static string Quantity(string meter, long counted) => (Meters.Units.GetValueOrDefault(meter), meter.Replace('_', ' ')) switch
    {
        (1_000 or 3_600_000, var name) => $"{Span(counted / 1_000.0)} {name.Replace(" seconds", "", StringComparison.Ordinal).Replace(" hours", "", StringComparison.Ordinal)}",
        (1L << 30, _) => $"{Bytes(counted)} stored",
        (_, var name) => $"{Count(counted)} {name}",
    };

    /// <summary>Money in billionths of a currency, as exact as it is counted.</summary>
    public static string Money(long billionths, string? currency) => $"{((decimal)billionths / Meters.One).ToString("0.#########", CultureInfo.InvariantCulture)} {currency}".TrimEnd();

    public static string When(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";

    public static string Kind(string kind) => kind.Length == 0 ? "" : char.ToUpperInvariant(kind[0]) + kind[1..].Replace('-', ' ');
}
