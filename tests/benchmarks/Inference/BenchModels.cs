using Aigc.Benchmarks.Inference.LlamaCpp;
using Aigc.Models.Llama;

namespace Aigc.Benchmarks.Inference;

/// <summary>Shapes of published models with random weights, written once beside the build's outputs and found there the next time.</summary>
internal sealed class BenchModels(string scratch)
{
    private const int Seed = 1;

    /// <summary>SmolLM2-135M.</summary>
    public static LlamaShape Small { get; } = new()
    {
        Layers = 30,
        Dim = 576,
        Heads = 9,
        KvHeads = 3,
        HeadDim = 64,
        Ffn = 1536,
        Vocabulary = 49152,
        ContextLength = 2048,
        RopeTheta = 100000f,
    };

    /// <summary>Qwen2.5-0.5B without its biases.</summary>
    public static LlamaShape Half { get; } = new()
    {
        Layers = 24,
        Dim = 896,
        Heads = 14,
        KvHeads = 2,
        HeadDim = 64,
        Ffn = 4864,
        Vocabulary = 151936,
        ContextLength = 2048,
        RopeTheta = 1000000f,
        NormEpsilon = 1e-6f,
    };

    /// <summary>Four blocks of the small one with a small vocabulary: enough to see whether two engines compute the same.</summary>
    public static LlamaShape Parity { get; } = Small with { Layers = 4, Vocabulary = 4096 };

    /// <summary>What could draft for the half: its vocabulary, and about a tenth of its weights.</summary>
    public static LlamaShape Draft { get; } = Half with { Layers = 6, Dim = 256, Heads = 4, KvHeads = 2, Ffn = 1024 };

    /// <summary>The shapes by the words of the command line.</summary>
    public static IReadOnlyDictionary<string, LlamaShape> Shapes { get; } = new Dictionary<string, LlamaShape> { ["135m"] = Small, ["0.5b"] = Half, ["parity"] = Parity, ["draft"] = Draft };

    /// <summary>Folder with our graph.</summary>
    public string Folder(string shape, WeightFormat format) =>
        Once($"{shape}-{format.Name()}", path => LlamaGraph.Write(Shapes[shape], new RandomWeights(Shapes[shape], Seed), path, format));

    /// <summary>GGUF file with the same weights.</summary>
    public string Gguf(string shape, WeightFormat format) =>
        Once($"{shape}-{Name(format)}.gguf", path => GgufModel.Write(Shapes[shape], new RandomWeights(Shapes[shape], Seed), format, path));

    /// <summary>What llama.cpp calls the format that a format of ours is compared with.</summary>
    public static string Name(WeightFormat format) => format switch
    {
        WeightFormat.Fp32 => "F32",
        WeightFormat.Int8 => "Q8_0",
        _ => "Q4_0",
    };

    /// <summary>Bytes a decode step must read at least: every projection once, a two-byte scale for 32 weights.</summary>
    public static double BytesOfStep(LlamaShape shape, WeightFormat format) =>
        LlamaWeights.Names(shape).Select(name => LlamaWeights.Dimensions(shape, name)).Where(dimensions => dimensions.Length == 2)
            .Sum(dimensions => (double)dimensions[0] * dimensions[1]) * (format == WeightFormat.Int8 ? 34 : 18) / 32;

    private string Once(string name, Action<string> write)
    {
        var path = Path.Combine(scratch, name);
        if (Path.Exists(path))
            return path;
        Directory.CreateDirectory(scratch);
        var partial = path + ".partial";
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
        write(partial);
        Directory.Move(partial, path);
        return path;
    }
}
