using System.Diagnostics;
using System.Globalization;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Adapters;
using Aigc.Inference.Engine.Managed;
using Aigc.Inference.Serving;
using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Benchmarks.Inference;

/// <summary>
/// What adapters on every projection cost at the shape of SmolLM2-135M in int8: tokens a second relative to the same folder without them, in alternating
/// rounds of one process. With ONNX Runtime the base runs the folder's own graph and the other columns the derived one; the managed kernels are one backend.
/// </summary>
internal static class AdapterCost
{
    private const int Rounds = 15;
    private const int StepsARound = 8;
    private const int Prompt = 64;

    private static readonly LlamaShape Shape = new()
    {
        Layers = 30,
        Dim = 576,
        Heads = 9,
        KvHeads = 3,
        HeadDim = 64,
        Ffn = 1536,
        Vocabulary = 49152,
        ContextLength = 512,
    };

    /// <summary>Measures the engines that are wanted: <c>inference adapters managed</c>, <c>ort</c>, or both.</summary>
    public static void Measure(Selection selection)
    {
        var directory = Directory.CreateTempSubdirectory("aigc-adapter-cost-");
        try
        {
            LlamaGraph.Write(Shape, new RandomWeights(Shape, 1), directory.FullName, WeightFormat.Int8);
            File.WriteAllText(Path.Combine(directory.FullName, "config.json"), Shape.ToConfig(0, 1).ToJsonString());
            var graph = Path.Combine(directory.FullName, "model.onnx");
            Console.WriteLine("| engine | rank | rows | run | ms a step, base | tokens/s to base: none | one adapter for all | one each | one each in 32 bits |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
            var chunk = Enumerable.Range(0, 128).ToArray();
            foreach (var engine in ((string[])["ort", "managed"]).Where(selection.Allows))
            {
                foreach (var rank in (int[])[8, 16])
                {
                    foreach (var rows in (int[])[1, 8])
                        Compare(graph, engine, rank, rows, "decode", (backend, tokens, lengths) => backend.Decode(tokens, lengths));
                    Compare(graph, engine, rank, 1, "prefill 128", (backend, _, _) => backend.Prefill(0, chunk, 0));
                }
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void Compare(string graph, string engine, int rank, int rows, string run, Action<IDecoderBackend, int[], int[]> step)
    {
        var options = new OrtOptions(rows, 256, Math.Min(2, Environment.ProcessorCount));
        using var adapted = Open(graph, engine, options, adapterSlots: rows);
        using var own = engine == "ort" ? Open(graph, engine, options, adapterSlots: 0) : null;
        var plain = own ?? adapted;
        AdapterWeights[] each = [.. Enumerable.Range(0, rows).Select(seed => Random(seed, rank, AdapterPrecision.Half))];
        AdapterWeights[] whole = [.. Enumerable.Range(0, rows).Select(seed => Random(seed, rank, AdapterPrecision.Single))];
        var tokens = Enumerable.Range(0, rows).Select(row => 7 * (row + 1)).ToArray();
        var lengths = Enumerable.Range(0, rows).Select(row => Prompt + row).ToArray();
        // The cache's contents do not matter to the time a step takes; its lengths do.
        Func<double[]>[] variants =
        [
            () => Time(plain, null), () => Time(adapted, _ => null), () => Time(adapted, _ => each[0]), () => Time(adapted, row => each[row]),
            () => Time(adapted, row => whole[row]),
        ];
        foreach (var variant in variants)
            variant();
        var steps = Enumerable.Range(0, Rounds).Select(_ => variants.Select(variant => variant()).ToArray()).ToArray();
        var times = steps.Select(round => round.Select(Median).ToArray()).ToArray();
        // Where others use the cores as well, the fastest steps are those that nobody disturbed.
        var fastest = Enumerable.Range(0, variants.Length).Select(variant => steps.Min(round => round[variant].Min())).ToArray();
        Console.WriteLine($"| {engine} | {rank} | {rows} | {run} | {F(Median(times.Select(round => round[0])), "f2")}, fastest {F(fastest[0], "f2")} | " + string.Join(" | ", Enumerable.Range(1, 4).Select(variant =>
            $"{F(Quantile(times.Select(round => round[0] / round[variant]), 0.5), "f3")} [{F(Quantile(times.Select(round => round[0] / round[variant]), 0.25), "f2")} … {F(Quantile(times.Select(round => round[0] / round[variant]), 0.75), "f2")}], fastest {F(fastest[0] / fastest[variant], "f2")}")) + " |");

        double[] Time(IDecoderBackend backend, Func<int, AdapterWeights?>? adapterOf)
        {
            for (var row = 0; row < rows; row++)
                backend.Adapt(row, adapterOf?.Invoke(row));
            return [.. Enumerable.Range(0, StepsARound).Select(_ =>
            {
                var begun = Stopwatch.GetTimestamp();
                step(backend, tokens, lengths);
                return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            })];
        }
    }

    private static IDecoderBackend Open(string graph, string engine, OrtOptions options, int adapterSlots)
    {
        if (engine == "managed")
            return new ManagedDecoderBackend(OnnxFile.Read(graph), graph, Shape, options);
        var opened = AdapterSessions.Open(graph, options, OrtSessions.Cpu, adapterSlots);
        return new OrtDecoderBackend(opened.Session, DecoderGraph.Read(opened.Session, graph), options, OrtSessions.Cpu) { Adapters = opened.Adapters };
    }

    private static AdapterWeights Random(int seed, int rank, AdapterPrecision precision)
    {
        var random = new Random(seed);
        var sites = LlamaAdapters.Sites(Shape);
        var inputs = sites.SelectMany(site => site.Parts.Select(part => (part.Module, site.In))).ToDictionary();
        return new(sites, precision, part => (Values(rank * inputs[part.Module]), Values(rank * part.Width), 1));

        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 0.02f)];
    }

    private static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    private static double Quantile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)(share * (sorted.Length - 1))];
    }

    private static string F(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
