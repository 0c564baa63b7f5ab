using Aigc.Models.Llama;
using Aigc.Models.Text;

namespace Aigc.Inference.Tests;

/// <summary>Model folders with random weights: every part real, no sense in it.</summary>
internal sealed class NanoModel : IDisposable
{
    public static readonly LlamaShape Shape = LlamaShape.Nano;

    private static readonly string[] Corpus =
    [
        "The quick brown fox jumps over the lazy dog, and the dog's friends don't mind it at all.",
        "Returns the number of elements in the collection, or zero when the collection is empty.",
        "int x = 1;\n\tif (x > 0)\n\t\treturn x;\n  // naïve café, 日本語 🙂",
    ];

    /// <summary>Writes a folder.</summary>
    public NanoModel(int seed = 1, WeightFormat format = WeightFormat.Fp32, int? contextLength = null)
    {
        var shape = Shape with { ContextLength = contextLength ?? Shape.ContextLength };
        LlamaGraph.Write(shape, new RandomWeights(shape, seed), Path, format);
        TokenizerFiles.Write(Vocabulary(), shape.ContextLength, Path);
        File.WriteAllText(FileOf("config.json"), shape.ToConfig(0, 1).ToJsonString());
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("aigc-inference-").FullName;

    public string FileOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A byte-level vocabulary of 400 entries.</summary>
    public static BpeVocabulary Vocabulary()
    {
        var trainer = new BpeTrainer();
        foreach (var line in Corpus)
            trainer.Add(line);
        return trainer.Train(400);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>Tokens that look like nothing in particular, the same for the same seed.</summary>
    public static int[] Tokens(int count, int seed) => [.. Enumerable.Range(0, count).Select(i => (int)((i * 7919L + 13 + (seed * 101)) % 400))];
}
