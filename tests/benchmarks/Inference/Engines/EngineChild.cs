using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Aigc.Benchmarks.Inference.LlamaCpp;

namespace Aigc.Benchmarks.Inference.Engines;

/// <summary>What a child process is told to open.</summary>
/// <param name="Engine"><c>ort</c>, <c>managed</c> or <c>llama.cpp</c>.</param>
/// <param name="Path">Model folder, or GGUF file.</param>
/// <param name="Vocabulary">Tokens of the model.</param>
/// <param name="Settings">How it is opened.</param>
/// <param name="Library">Folder of libllama.</param>
/// <param name="Spinning">Whether our threads spin.</param>
/// <param name="Shape">Name of the model's shape.</param>
internal sealed record EngineOrder(string Engine, string Path, int Vocabulary, EngineSettings Settings, string Library = "", bool Spinning = true, string Shape = "");

/// <summary>
/// A process with one engine in it, so that memory is its own and a library cannot disturb another. Told one thing a line, answers with a line.
/// </summary>
internal static class EngineChild
{
    /// <summary>First word of the child's command line.</summary>
    public const string Word = "inference-engine";

    public static void Serve(string order)
    {
        var wanted = JsonSerializer.Deserialize<EngineOrder>(order)!;
        using var engine = Open(wanted);
        var driver = new StepDriver(engine, wanted.Settings, wanted.Vocabulary);
        Console.WriteLine("ready");
        while (Console.ReadLine()?.Split(' ') is { } words)
        {
            int Number(int at) => int.Parse(words[at], CultureInfo.InvariantCulture);
            Console.WriteLine(words[0] switch
            {
                "prefill" => Text(driver.Prefill(Number(1), Number(2))),
                "decode" => Text(driver.Decode(Number(1), Number(2), Number(3))),
                "logits" => Base64(driver.Logits(Number(1))),
                "peak" => Status("VmHWM"),
                "resident" => Status("RssAnon"),
                _ => throw new InvalidOperationException($"The engine does not know \"{words[0]}\"."),
            });
        }
    }

    private static IStepEngine Open(EngineOrder order) => order.Engine switch
    {
        "ort" => BackendEngine.Ort(order.Path, order.Settings, order.Spinning),
        "managed" => BackendEngine.Managed(order.Path, BenchModels.Shapes[order.Shape], order.Settings, order.Spinning),
        "llama.cpp" => new LlamaEngine(order.Library, order.Path, order.Settings, order.Vocabulary),
        _ => throw new InvalidOperationException($"No engine is called \"{order.Engine}\"."),
    };

    private static string Text(double figure) => figure.ToString("R", CultureInfo.InvariantCulture);

    private static string Base64((float[] First, float[] Second) logits) =>
        Convert.ToBase64String(MemoryMarshal.AsBytes<float>([.. logits.First, .. logits.Second]));

    /// <summary>Bytes of a line of /proc/self/status, which counts in kilobytes.</summary>
    private static string Status(string key)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(key + ":", StringComparison.Ordinal));
        return Text(1024.0 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
    }
}
