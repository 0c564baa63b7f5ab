using Aigc.Models.Llama;
using Aigc.Models.Text;

namespace Aigc.Benchmarks.Inference;

/// <summary>A whole model folder with random weights and a real, small tokenizer, so that every token is text that must travel.</summary>
internal static class PlatformModel
{
    private const int Tokens = 400;

    private static readonly string[] Corpus =
    [
        "The quick brown fox jumps over the lazy dog, and the dog's friends don't mind it at all.",
        "Returns the number of elements in the collection, or zero when the collection is empty.",
        "int x = 1;\n\tif (x > 0)\n\t\treturn x;\n  // naïve café, 日本語 🙂",
    ];

    /// <summary>The blocks of SmolLM2-135M: 106 million weights, without the 28 million of its vocabulary.</summary>
    public static LlamaShape Shape { get; } = BenchModels.Small with { Vocabulary = Tokens };

    /// <summary>Writes the folder.</summary>
    public static void Write(string directory, LlamaShape shape)
    {
        var trainer = new BpeTrainer();
        foreach (var line in Corpus)
            trainer.Add(line);
        LlamaGraph.Write(shape, new RandomWeights(shape, 1), directory, WeightFormat.Int8);
        TokenizerFiles.Write(trainer.Train(Tokens), shape.ContextLength, directory);
        File.WriteAllText(Path.Combine(directory, "config.json"), shape.ToConfig(0, 1).ToJsonString());
    }
}
