using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Aigc.Benchmarks.Gateway;

/// <summary>The saturated rate of a server, by wrk: as many requests as it takes over so many connections.</summary>
internal static partial class Wrk
{
    private const int Connections = 32;

    /// <summary>False, with what to do about it on the console, where wrk is not installed.</summary>
    public static bool IsThere()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("wrk", ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
            return true;
        }
        catch (Win32Exception)
        {
            Console.Error.WriteLine("gateway: wrk is not installed, and the saturated rate is measured with it: apt-get install -y wrk (Debian, Ubuntu), brew install wrk (macOS).");
            return false;
        }
    }

    /// <summary>Requests a second, and how many there were. An answer other than 2xx fails the measure.</summary>
    public static (double Rate, long Requests) Saturate(EdgeProcess server, int seconds)
    {
        using var process = Process.Start(new ProcessStartInfo("wrk",
        [
            "-t1", $"-c{Connections}", $"-d{seconds}s", "-H", $"Authorization: Bearer {server.Key}", server.Address + EdgeServer.Path,
        ])
        { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (text.Contains("Non-2xx", StringComparison.Ordinal) || text.Contains("Socket errors", StringComparison.Ordinal) || !RateLine().IsMatch(text))
            throw new InvalidOperationException($"{server.Kind} did not answer every request of wrk:\n{text}");
        return (double.Parse(RateLine().Match(text).Groups[1].Value, CultureInfo.InvariantCulture), long.Parse(CountLine().Match(text).Groups[1].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex RateLine();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex CountLine();
}
