namespace Aigc.Benchmarks.Inference;

/// <summary>The text engine: beside llama.cpp, beside the memory's bandwidth, and through the whole platform.</summary>
internal static class InferenceRows
{
    /// <summary>Libraries and models that are fetched and written once; deleting it costs a minute.</summary>
    private static string Scratch => Path.Combine(Path.GetDirectoryName(typeof(InferenceRows).Assembly.Location)!, "inference");

    public static async Task Measure(IEnumerable<string> words)
    {
        var selection = new Selection(words);
        new StepRows(Scratch, selection).Measure();
        await new PlatformRows(Scratch, selection).Measure();
    }
}
