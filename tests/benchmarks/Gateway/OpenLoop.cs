using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using Aigc.Benchmarks.Measures;

namespace Aigc.Benchmarks.Gateway;

/// <summary>
/// Requests at a fixed rate from a process of its own, whether or not the ones before are answered. Each is measured from when it should have
/// begun: what waits for a slow answer, or for this client, counts as waiting (no coordinated omission).
/// </summary>
internal static partial class OpenLoop
{
    /// <summary>First word of the child's command line; then address, key, requests a second, and seconds.</summary>
    public const string Word = "edge-load";

    // Connections and code are warm after it.
    private const double WarmUp = 1;

    // More than are ever under way unless the server stands still; then the wait for one counts.
    private const int MostConnections = 256;

    /// <summary>Milliseconds at p50 and p99 of one round against a server.</summary>
    public static (double P50, double P99) Measure(EdgeProcess server, double rate, double seconds)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
            [Word, server.Address + EdgeServer.Path, server.Key, rate.ToString("R", CultureInfo.InvariantCulture), seconds.ToString("R", CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        })!;
        var words = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        return words is [var p50, var p99, var failed] && int.Parse(failed, CultureInfo.InvariantCulture) == 0
            ? (double.Parse(p50, CultureInfo.InvariantCulture), double.Parse(p99, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"{server.Kind} did not answer every request: {string.Join(' ', words)}");
    }

    /// <summary>The child: one line with p50, p99 and how many failed.</summary>
    public static void Run(string address, string key, double rate, double seconds)
    {
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { MaxConnectionsPerServer = MostConnections, UseProxy = false, UseCookies = false });
        var uri = new Uri(address);
        var bearer = key.Length == 0 ? null : new AuthenticationHeaderValue("Bearer", key);
        var took = new double[(int)(rate * (seconds + WarmUp))];
        var sent = new Task[took.Length];
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < took.Length; i++)
        {
            var intended = began + (long)(i / rate * Stopwatch.Frequency);
            WaitUntil(intended);
            sent[i] = Send(i, intended);
        }

        Task.WaitAll(sent);
        var measured = took[(int)(rate * WarmUp)..];
        Console.Write(string.Create(CultureInfo.InvariantCulture,
            $"{Report.Percentile(measured, 0.5):R} {Report.Percentile(measured, 0.99):R} {took.Count(double.IsPositiveInfinity)}"));

        async Task Send(int at, long intended)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, uri);
                request.Headers.Authorization = bearer;
                using var response = await client.SendAsync(request, CancellationToken.None).ConfigureAwait(false);
                await response.Content.CopyToAsync(Stream.Null).ConfigureAwait(false);
                took[at] = response.IsSuccessStatusCode ? Stopwatch.GetElapsedTime(intended).TotalMilliseconds : double.PositiveInfinity;
            }
            catch (HttpRequestException)
            {
                took[at] = double.PositiveInfinity;
            }
        }
    }

    // Spinning would take a core from what is measured, and the runtime's own sleep knows whole milliseconds only.
    private static void WaitUntil(long timestamp)
    {
        while (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp).TotalMicroseconds is > 0 and var left)
            _ = Sleep((uint)Math.Max(1, left));
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int Sleep(uint microseconds);
}
