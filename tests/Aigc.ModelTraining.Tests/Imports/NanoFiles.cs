using Aigc.Models.Llama;
using Aigc.Models.Text;

namespace Aigc.ModelTraining.Tests.Imports;

/// <summary>The files of a real model with random weights, in our own layout.</summary>
internal static class NanoFiles
{
    static readonly Lazy<Dictionary<string, byte[]>> Written = new(Write);

    public static IReadOnlyDictionary<string, byte[]> All => Written.Value;

    static Dictionary<string, byte[]> Write()
    {
        var directory = Directory.CreateTempSubdirectory("aigc-nano-").FullName;
        var trainer = new BpeTrainer();
        trainer.Add("Gets or sets the value of the property. Returns the number of elements in the collection, or zero when it is empty.");
        LlamaGraph.Write(LlamaShape.Nano, new RandomWeights(LlamaShape.Nano, 1), directory, WeightFormat.Int8);
        TokenizerFiles.Write(trainer.Train(300), LlamaShape.Nano.ContextLength, directory);
        File.WriteAllText(Path.Combine(directory, "config.json"), LlamaShape.Nano.ToConfig(0, 1).ToJsonString());
        var files = Directory.EnumerateFiles(directory).ToDictionary(path => Path.GetFileName(path)!, File.ReadAllBytes);
        Directory.Delete(directory, recursive: true);
        return files;
    }
}
