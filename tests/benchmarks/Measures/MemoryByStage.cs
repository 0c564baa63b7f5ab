using System.Collections.Concurrent;
using System.Globalization;

namespace Aigc.Benchmarks.Measures;

/// <summary>Largest resident set of the platform and its trainer together, by the stage a chain is in.</summary>
internal static class MemoryByStage
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    public static async Task Measure()
    {
        await using var platform = await TestPlatform.Start();
        var peaks = new ConcurrentDictionary<string, long>();
        var stage = "start";
        using var over = new CancellationTokenSource();
        var sampling = Sample(() => stage, peaks, over.Token);
        await platform.Run(
            """
            name: bench
            data: { sources: [{ kind: dotnet-reference }], prepare: { preset: fineweb, languages: [en], nearDuplicates: 0.8 } }
            annotation: { task: instruction, labelers: [rules, statistical], overlap: 2, onDisagreement: continue }
            training: { tier: small, from: scratch, shape: tiny, budget: { minutes: 1 }, gate: { betterThan: ngram-baseline } }
            generation: { prompts: ["What is a stream?"], maxTokens: 64 }
            distribution: { channels: [{ kind: folder, path: answers }] }
            """,
            happened => stage = happened.Kind == "chain" ? happened.Stage ?? stage : stage);
        await over.CancelAsync();
        await sampling;
        foreach (var (name, peak) in peaks.Where(peak => peak.Key != "start"))
        {
            Report.Row($"peak memory while {name}", peak / (double)(1 << 20), "N0", "MB, platform and trainer together");
        }
    }

    private static async Task Sample(Func<string> stage, ConcurrentDictionary<string, long> peaks, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Every);
        while (!ct.IsCancellationRequested)
        {
            var resident = Resident(Environment.ProcessId);
            peaks.AddOrUpdate(stage(), resident, (_, before) => Math.Max(before, resident));
            await timer.WaitForNextTickAsync(ct).AsTask().ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Resident bytes of a process and its children, from /proc.</summary>
    private static long Resident(int process)
    {
        try
        {
            var pages = long.Parse(File.ReadAllText($"/proc/{process}/statm").Split(' ')[1], CultureInfo.InvariantCulture);
            var children = File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var ofThreads = Directory.GetDirectories($"/proc/{process}/task").SelectMany(task => File.ReadAllText(task + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries));
            return (pages * Environment.SystemPageSize) + children.Concat(ofThreads).Distinct().Sum(child => Resident(int.Parse(child, CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            // It ended between being listed and being read.
            return 0;
        }
    }
}
