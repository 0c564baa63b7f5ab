using Aigc.Models.Llama;
using Aigc.Models.Text;

namespace Aigc.Integration.Tests.Ledger;

/// <summary>A model folder with random weights: every part real, no sense in it.</summary>
internal static class NanoFolder
{
    public static void Write(string path, int seed = 1)
    {
        var trainer = new BpeTrainer();
        trainer.Add("The quick brown fox jumps over the lazy dog, and the dog's friends don't mind it at all.");
        trainer.Add("Returns the number of elements in the collection, or zero when the collection is empty.");
        LlamaGraph.Write(LlamaShape.Nano, new RandomWeights(LlamaShape.Nano, seed), path, WeightFormat.Fp32);
        TokenizerFiles.Write(trainer.Train(400), LlamaShape.Nano.ContextLength, path);
        File.WriteAllText(Path.Combine(path, "config.json"), LlamaShape.Nano.ToConfig(0, 1).ToJsonString());
    }
}
