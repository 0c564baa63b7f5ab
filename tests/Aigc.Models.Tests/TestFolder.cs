using Aigc.Models.Llama;
using Aigc.Models.Text;

namespace Aigc.Models.Tests;

/// <summary>A temporary folder, and model folders with random weights in it.</summary>
public sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("aigc-models-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public static BpeVocabulary Vocabulary(int size = 400)
    {
        var trainer = new BpeTrainer();
        foreach (var line in Corpus)
            trainer.Add(line);
        return trainer.Train(size);
    }

    public string WriteModel(WeightFormat format = WeightFormat.Int8)
    {
        LlamaGraph.Write(LlamaShape.Nano, new RandomWeights(LlamaShape.Nano, 1), Path, format);
        TokenizerFiles.Write(Vocabulary(), LlamaShape.Nano.ContextLength, Path);
        File.WriteAllText(System.IO.Path.Combine(Path, "config.json"), LlamaShape.Nano.ToConfig(0, 1).ToJsonString());
        return Path;
    }

    public static readonly string[] Corpus =
    [
        "The quick brown fox jumps over the lazy dog, and the dog's friends don't mind it at all.",
        "Gets or sets the value of the property. The value is the one that was set before.",
        "Returns the number of elements in the collection, or zero when the collection is empty.",
        "int x = 1;\n\tif (x > 0)\n\t\treturn x;\n  // naïve café, 日本語 🙂",
    ];
}
