using Aigc.Models.Llama;

namespace Aigc.Benchmarks.Inference;

/// <summary>The text engine: beside llama.cpp, beside the memory's bandwidth, and through the whole platform.</summary>
internal static class InferenceRows
{
    /// <summary>Libraries and models that are fetched and written once; deleting it costs a minute.</summary>
    private static string Scratch => Path.Combine(Path.GetDirectoryName(typeof(InferenceRows).Assembly.Location)!, "inference");

    /// <summary>Models written by other code than today's are not measured: their folder goes.</summary>
    private static string Models()
    {
        var folder = Path.Combine(Scratch, "models-" + typeof(LlamaGraph).Assembly.ManifestModule.ModuleVersionId.ToString("N")[..8]);
        foreach (var old in Directory.Exists(Scratch) ? Directory.GetDirectories(Scratch, "models*").Where(old => old != folder) : [])
            Directory.Delete(old, recursive: true);
        return folder;
    }

    public static async Task Measure(IEnumerable<string> words)
    {
        var selection = new Selection(words);
        var models = Models();
        new StepRows(Scratch, models, selection).Measure();
        if (selection.Wants("adapters"))
            AdapterCost.Measure(selection);
        if (selection.Wants("speculative"))
            await new SpeculativeRows(models, selection).Measure();
        await new PlatformRows(models, selection).Measure();
    }
}
