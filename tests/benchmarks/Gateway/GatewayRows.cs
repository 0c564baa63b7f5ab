using System.Globalization;
using Aigc.Benchmarks.Measures;

namespace Aigc.Benchmarks.Gateway;

/// <summary>
/// What the gateway costs: a trivial service reached directly (bare Kestrel), through bare YARP and through the gateway, each in a process of its
/// own, rounds alternating. Latency at half of the rate at which the gateway is saturated, the same for all three.
/// </summary>
internal static class GatewayRows
{
    private const int Rounds = 5;
    private const int SaturatedSeconds = 4;
    private const int LatencySeconds = 4;
    private const long ManyRequests = 100_000;

    public static Task Measure()
    {
        if (!OperatingSystem.IsLinux())
        {
            Console.Error.WriteLine("gateway: measured on Linux alone; resident memory is read from /proc.");
            return Task.CompletedTask;
        }

        if (!Wrk.IsThere())
            return Task.CompletedTask;
        var folder = Directory.CreateTempSubdirectory("aigc-bench-").FullName;
        try
        {
            using var kestrel = new EdgeProcess("kestrel");
            using var yarp = new EdgeProcess("yarp", kestrel.Address);
            using var gateway = new EdgeProcess("gateway", kestrel.Address, folder);
            Measure(kestrel, yarp, gateway);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return Task.CompletedTask;
    }

    private static void Measure(EdgeProcess kestrel, EdgeProcess yarp, EdgeProcess gateway)
    {
        EdgeProcess[] servers = [kestrel, yarp, gateway];
        var rates = servers.ToDictionary(server => server, _ => new List<double>());
        var memory = new List<(long Requests, double Megabytes)>();
        var requests = 0L;
        // The first round warms up.
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var server in servers)
            {
                var (rate, count) = Wrk.Saturate(server, SaturatedSeconds);
                if (round > 0)
                    rates[server].Add(rate);
                if (server == gateway)
                    memory.Add((requests += count, gateway.ResidentMegabytes));
            }
        }

        var half = Report.Percentile(rates[gateway], 0.5) / 2;
        var latencies = servers.ToDictionary(server => server, _ => new List<(double P50, double P99)>());
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var server in servers)
                latencies[server].Add(OpenLoop.Measure(server, half, LatencySeconds));
        }

        memory.Add((requests + (long)(half * Rounds * (LatencySeconds + 1)), gateway.ResidentMegabytes));
        Saturated(servers, rates);
        Latency(servers, latencies, half);
        Memory(memory, gateway.Lines);
    }

    private static void Saturated(EdgeProcess[] servers, Dictionary<EdgeProcess, List<double>> rates)
    {
        var ours = rates[servers[^1]];
        foreach (var server in servers)
        {
            var ratios = ours.Zip(rates[server], (gateway, other) => gateway / other).ToArray();
            Report.Row($"saturated, {server.Kind}", Report.Percentile(rates[server], 0.5), "N0", Text($"requests/s; gateway × {Report.Percentile(ratios, 0.5):F2} ({ratios.Min():F2}–{ratios.Max():F2})"));
        }
    }

    private static void Latency(EdgeProcess[] servers, Dictionary<EdgeProcess, List<(double P50, double P99)>> latencies, double rate)
    {
        (string Name, Func<(double P50, double P99), double> Of)[] figures = [("p50", pair => pair.P50), ("p99", pair => pair.P99)];
        foreach (var (name, of) in figures)
        {
            var direct = latencies[servers[0]].Select(of).ToArray();
            foreach (var server in servers)
                Report.Row($"latency {name}, {server.Kind}", Report.Percentile(latencies[server].Select(of), 0.5), "F2", Text($"ms at {rate:N0} requests/s, from intended starts"));
            foreach (var server in servers[1..])
            {
                var added = latencies[server].Select(of).Zip(direct, (through, bare) => through - bare).ToArray();
                Report.Row($"added {name}, {server.Kind}", Report.Percentile(added, 0.5), "F2", Text($"ms, of {added.Length} alternating rounds ({added.Min():F2}–{added.Max():F2})"));
            }
        }
    }

    private static void Memory(List<(long Requests, double Megabytes)> memory, int lines)
    {
        var many = memory.FirstOrDefault(point => point.Requests >= ManyRequests, memory[^1]);
        foreach (var (requests, megabytes) in new[] { memory[0], many, memory[^1] }.Distinct())
            Report.Row("resident memory, gateway", megabytes, "F0", Text($"MB after {requests:N0} requests"));
        Report.Row("lines logged, gateway", lines, "N0", "of the whole run");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
