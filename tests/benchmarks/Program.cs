using Aigc.Benchmarks.Measures;

// One measure a word; without words, all of them. Rows are Markdown, ready for the README.
//   dotnet run -c Release --project tests/benchmarks -- [prepare] [sagas] [latency] [chain]
(string Name, Func<Task> Run)[] measures =
[
    ("prepare", Preparation.Measure),
    ("sagas", ChainSagas.Measure),
    ("latency", AddedLatency.Measure),
    ("chain", MemoryByStage.Measure),
];

Console.WriteLine("| measure | figure | of |");
Console.WriteLine("|---|---|---|");
foreach (var (_, run) in measures.Where(measure => args.Length == 0 || args.Contains(measure.Name)))
{
    await run();
}
