using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Managed;
using Aigc.Inference.Serving;
using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Tests.Engine.Managed;

/// <summary>A folder with random weights of a shape, and both backends on it.</summary>
internal sealed class ManagedFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("aigc-managed-").FullName;

    public ManagedFolder(WeightFormat format, LlamaShape? shape = null, int seed = 3)
    {
        Shape = shape ?? LlamaShape.Nano;
        LlamaGraph.Write(Shape, new RandomWeights(Shape, seed), _path, format);
        File.WriteAllText(Path.Combine(_path, "config.json"), Shape.ToConfig(0, 1).ToJsonString());
    }

    public LlamaShape Shape { get; }

    public string Graph => Path.Combine(_path, "model.onnx");

    public string Data => Graph + ".data";

    public ManagedDecoderBackend Open(int slots = 4, int length = 96, int threads = 1, KernelSet? set = null, int chunk = 64) =>
        Open(new OrtOptions(slots, length, threads, ChunkAlone: chunk, ChunkShared: 8), set);

    public ManagedDecoderBackend Open(OrtOptions options, KernelSet? set = null) => new(OnnxFile.Read(Graph), Graph, Shape, options, set);

    public OrtDecoderBackend Reference(int slots = 4, int length = 96, bool adapters = false)
    {
        var options = new OrtOptions(slots, length, Threads: 1, ChunkAlone: 64, ChunkShared: 8);
        var opened = AdapterSessions.Open(Graph, options, OrtSessions.Cpu, adapters ? slots : 0);
        return new(opened.Session, DecoderGraph.Read(opened.Session, Graph), options, OrtSessions.Cpu) { Adapters = opened.Adapters };
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);

    /// <summary>Logits behind a prompt that is run at once.</summary>
    public static float[] Whole(IDecoderBackend backend, ReadOnlySpan<int> tokens, int slot = 0)
    {
        backend.Prefill(slot, tokens, 0);
        return backend.Logits(0).ToArray();
    }
}
