using System.Diagnostics;
using System.Globalization;
using Aigc.Contracts.Jobs;

namespace Aigc.Benchmarks.Measures;

/// <summary>Preparation of the .NET reference documentation with one worker: every stage from listing files to the written version.</summary>
internal static class Preparation
{
    public static async Task Measure()
    {
        await using var platform = await TestPlatform.Start(("Aigc__DataSupply__Workers", "1"));
        using var process = Process.GetCurrentProcess();
        var (clock, processor) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        var job = await platform.Run("name: bench\ndata: { sources: [{ kind: dotnet-reference }], prepare: { preset: fineweb, languages: [en], nearDuplicates: 0.8 } }\n");
        process.Refresh();
        var cpu = (process.TotalProcessorTime - processor).TotalSeconds;
        var build = job.Children.Single(child => child.Kind == JobKinds.DatasetBuild);
        double Fact(string name) => double.Parse(build.Result[name], CultureInfo.InvariantCulture);
        Report.Row("preparation, documents read", Fact("count.read") / cpu, "N0", "documents per processor second");
        Report.Row("preparation, files", Fact("count.bytes.files") / (1 << 20) / cpu, "F2", "MB per processor second");
        Report.Row("preparation, one worker", clock.Elapsed.TotalSeconds, "F1", $"seconds for {Fact("count.bytes.files") / 1e6:N0} MB of files");
    }
}
