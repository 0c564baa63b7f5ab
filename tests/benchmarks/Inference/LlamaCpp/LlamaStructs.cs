using System.Runtime.InteropServices;

namespace Aigc.Benchmarks.Inference.LlamaCpp;

// Layouts of include/llama.h and ggml.h in llama.cpp as node-llama-cpp 3.22.1 ships it. LlamaLibrary checks the defaults that come back against the
// header's, so a library of another layout is refused instead of being handed nonsense.

/// <summary><c>llama_model_params</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaModelParams
{
    public nint Devices, TensorOverrides;
    public int GpuLayers, SplitMode, LoadMode, LazyMode, MainGpu;
    public nint TensorSplit, Progress, ProgressData, KeyOverrides;
    public byte VocabularyOnly, CheckTensors, UseExtraBuffers, NoHost, NoAlloc, LoadMtp;
}

/// <summary><c>llama_context_params</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LlamaContextParams
{
    public uint Context, Batch, MicroBatch, Sequences, RecurrentSnapshots, Outputs, OutputsPerSequence;
    public int Threads, ThreadsBatch, ContextType, RopeScaling, Pooling, Attention, FlashAttention;
    public float RopeBase, RopeScale, YarnExtension, YarnAttention, YarnFast, YarnSlow;
    public uint YarnContext;
    public float Defragment;
    public nint Evaluated, EvaluatedData;
    public int TypeK, TypeV;
    public nint Abort, AbortData;
    public byte Embeddings, OffloadKqv, NoPerf, OffloadOps, FullWindow, UnifiedCache;
    public nint Samplers, SamplerCount, Other;
}

/// <summary><c>llama_batch</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaBatch
{
    public int Count;
    public int* Tokens;
    public float* Embeddings;
    public int* Positions;
    public int* SequenceCounts;
    public int** Sequences;
    public sbyte* WantsLogits;
}

/// <summary><c>ggml_threadpool_params</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct GgmlThreadPoolParams
{
    public fixed byte Cores[512];
    public int Threads, Priority;
    public uint Poll;
    public byte StrictPlacement, Paused;
}
