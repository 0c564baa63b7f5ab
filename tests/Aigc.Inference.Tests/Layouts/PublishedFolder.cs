using System.Text.Json.Nodes;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Models.Folders;
using Aigc.Models.Llama;
using Aigc.Models.Text;

namespace Aigc.Inference.Tests.Layouts;

/// <summary>A folder as hubs have it: one or several graphs, configurations, a tokenizer, and files that are nobody's business.</summary>
internal sealed class PublishedFolder : IDisposable
{
    public static readonly OrtOptions Options = new(Slots: 4, SlotLength: 96, Threads: 1, ChunkAlone: 64, ChunkShared: 8);

    /// <summary>Writes everything but the graphs.</summary>
    public PublishedFolder(LlamaShape? shape = null)
    {
        Shape = shape ?? LlamaShape.Nano;
        TokenizerFiles.Write(NanoModel.Vocabulary(), Shape.ContextLength, Path);
        Json("config.json", Shape.ToConfig(0, 1));
        File.WriteAllText(FileOf("README.md"), "---\nlibrary_name: transformers.js\n---\n# A model\n");
        File.WriteAllText(FileOf(".gitattributes"), "*.onnx filter=lfs diff=lfs merge=lfs -text\n");
        Directory.CreateDirectory(FileOf("runs/2024-01-01"));
        File.WriteAllText(FileOf("runs/2024-01-01/events.out"), "not a model");
    }

    public LlamaShape Shape { get; }

    public string Path { get; } = Directory.CreateTempSubdirectory("aigc-published-").FullName;

    public string FileOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Adds a graph.</summary>
    public PublishedFolder With(PublishedGraph graph, string subfolder = "", int seed = 1)
    {
        (graph with { Shape = Shape }).Write(FileOf(subfolder), seed);
        return this;
    }

    /// <summary>Adds our own export.</summary>
    public PublishedFolder WithOwn(WeightFormat format = WeightFormat.Fp32, int seed = 1)
    {
        LlamaGraph.Write(Shape, new RandomWeights(Shape, seed), Path, format);
        return this;
    }

    public void Json(string file, JsonNode content) => File.WriteAllText(FileOf(file), content.ToJsonString());

    /// <summary>Opens a graph without a worker around it.</summary>
    public IDecoderBackend Open(string? variant = null, GrowingLimits limits = GrowingLimits.None, int verified = 0)
    {
        var options = Options with { MostVerified = verified };
        var folder = DecoderFolder.Open(Path);
        var file = folder.Graph(variant, gpu: false);
        var graph = LayoutReader.Read(file, folder);
        var session = OrtSessions.Open(file.Path, options, OrtSessions.Cpu);
        return graph.Layout.Cache == CacheKind.Shared
            ? new OrtDecoderBackend(session, graph, options, OrtSessions.Cpu)
            : new GrowingCacheBackend(session, graph, options, OrtSessions.Cpu, limits);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
