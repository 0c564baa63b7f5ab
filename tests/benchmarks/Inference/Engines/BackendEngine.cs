using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Managed;
using Aigc.Inference.Serving;
using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Benchmarks.Inference.Engines;

/// <summary>One of our own backends, called as the engine's loop calls it.</summary>
internal sealed class BackendEngine(IDecoderBackend backend) : IStepEngine
{
    /// <summary>ONNX Runtime on the processor; its threads spin between the runs of a step, as llama.cpp's poll.</summary>
    public static BackendEngine Ort(string folder, EngineSettings settings, bool spinning)
    {
        var options = new OrtOptions(settings.Slots, settings.SlotLength, settings.Threads, spinning);
        var session = OrtSessions.Open(Path.Combine(folder, "model.onnx"), options, OrtSessions.Cpu);
        return new(new OrtDecoderBackend(session, DecoderGraph.Read(session, "model.onnx"), options, OrtSessions.Cpu));
    }

    /// <summary>The managed kernels.</summary>
    public static BackendEngine Managed(string folder, LlamaShape shape, EngineSettings settings, bool spinning)
    {
        var path = Path.Combine(folder, "model.onnx");
        return new(new ManagedDecoderBackend(OnnxFile.Read(path), path, shape, new(settings.Slots, settings.SlotLength, settings.Threads, spinning)));
    }

    public void Prefill(int slot, ReadOnlySpan<int> tokens) => backend.Prefill(slot, tokens, 0);

    public void Decode(ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths) => backend.Decode(tokens, lengths);

    // The next run says how long a slot is.
    public void Truncate(int slot, int length)
    {
    }

    public Span<float> Logits(int row) => backend.Logits(Math.Max(row, 0));

    public void Dispose() => backend.Dispose();
}
