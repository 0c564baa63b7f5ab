using System.Globalization;
using Aigc.Benchmarks.Gateway;
using Aigc.Benchmarks.Inference;
using Aigc.Benchmarks.Inference.Engines;
using Aigc.Benchmarks.Measures;

if (args is [EngineChild.Word, var order])
{
    EngineChild.Serve(order);
    return;
}

if (args is [EdgeServer.Word, var kind, var service, var folder])
{
    await EdgeServer.Serve(kind, service, folder);
    return;
}

if (args is [OpenLoop.Word, var address, var key, var rate, var seconds])
{
    OpenLoop.Run(address, key, double.Parse(rate, CultureInfo.InvariantCulture), double.Parse(seconds, CultureInfo.InvariantCulture));
    return;
}

// One measure a word; without words, all of them. Rows are Markdown, ready for the README. What follows "inference" narrows its rows.
//   dotnet run -c Release --project tests/benchmarks -- [prepare] [sagas] [latency] [chain] [gateway] [inference [decode|prefill|…] [135m|0.5b] [int8|…]]
var at = Array.IndexOf(args, "inference");
var (words, rows) = at < 0 ? (args, []) : (args[..(at + 1)], args[(at + 1)..]);
(string Name, Func<Task> Run)[] measures =
[
    ("prepare", Preparation.Measure),
    ("sagas", ChainSagas.Measure),
    ("latency", AddedLatency.Measure),
    ("chain", MemoryByStage.Measure),
    ("gateway", GatewayRows.Measure),
    ("inference", () => InferenceRows.Measure(rows)),
];

Console.WriteLine("| measure | figure | of |");
Console.WriteLine("|---|---|---|");
foreach (var (_, run) in measures.Where(measure => words.Length == 0 || words.Contains(measure.Name)))
{
    await run();
}
