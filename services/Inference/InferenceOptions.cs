using System.ComponentModel.DataAnnotations;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Inference.Serving.Remote;

namespace Aigc.Inference;

/// <summary>Section <c>Aigc:Inference</c>.</summary>
public sealed class InferenceOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Aigc:Inference";

    /// <summary>Pools this worker drains; none named: <c>default</c>.</summary>
    public IReadOnlyList<string> Pools { get; set; } = [];

    /// <summary>
    /// Requests a pool's queue hands out at once. Default 8: four in slots and a line of four behind them, so that a free slot is filled in the next step
    /// without a round trip to the broker, and the rest stays in the queue for other workers.
    /// </summary>
    [Range(1, 1024)]
    public int Concurrency { get; set; } = 8;

    /// <summary>
    /// Requests that the batch queue of a pool hands out at once; their own, so that batch commands in hand keep no interactive one at the broker. Inside the
    /// worker interactive requests go first whatever this number is.
    /// </summary>
    [Range(1, 1024)]
    public int BatchConcurrency { get; set; } = 4;

    /// <summary>Sequences a model decodes side by side.</summary>
    [Range(1, 256)]
    public int Slots { get; set; } = 4;

    /// <summary>Most tokens of prompt and answer together, where the model's own context is longer: bounds the cache.</summary>
    [Range(16, 1 << 20)]
    public int SlotLength { get; set; } = 2048;

    /// <summary>Requests that may wait for one model inside the worker.</summary>
    [Range(1, 100_000)]
    public int WaitingLine { get; set; } = 256;

    /// <summary>
    /// Tokens of cache that the requests in a model's slots may need together, each its prompt and most tokens of answer; 0: all that the slots hold. A smaller
    /// number keeps untouched memory untouched where long requests are rare.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long CacheTokens { get; set; }

    /// <summary>Threads of a run; 0: every core.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>Whether idle engine threads spin. Only on cores that nobody else uses.</summary>
    public bool Spinning { get; set; }

    /// <summary><c>auto</c>, <c>cpu</c> or <c>cuda</c>. CUDA needs a build with <c>-p:OnnxRuntime=Gpu</c>.</summary>
    public InferenceDevice Device { get; set; } = InferenceDevice.Auto;

    /// <summary>
    /// <c>auto</c>, <c>onnxruntime</c> or <c>managed</c>: what computes a model on the processor. <c>auto</c> takes the managed kernels for our own int8 and int4
    /// exports where the processor has AVX2 or AVX-512, with and without adapters.
    /// </summary>
    public InferenceKernels Kernels { get; set; } = InferenceKernels.Auto;

    /// <summary>
    /// Which of a folder's graphs serves, by the end of its file's name: <c>fp16</c> for <c>model_fp16.onnx</c>, <c>q4</c>, <c>int8</c>, <c>quantized</c>; <c>fp32</c> for the one without.
    /// Not set: the best for the device.
    /// </summary>
    public string? Variant { get; set; }

    /// <summary>Adapters that a model keeps in memory at most; more requests with others wait for a place. 0: models take no adapters.</summary>
    [Range(0, 4096)]
    public int AdapterSlots { get; set; } = 8;

    /// <summary>Largest rank of an adapter.</summary>
    [Range(1, 256)]
    public int AdapterRank { get; set; } = 64;

    /// <summary>Bytes of weights and caches of all loaded models; 0: half of the memory the process may use.</summary>
    [Range(0, long.MaxValue)]
    public long MemoryBudget { get; set; }

    /// <summary>How long streamed text is gathered before a piece is sent. The first piece goes at once.</summary>
    public TimeSpan StreamInterval { get; set; } = TimeSpan.FromMilliseconds(30);

    /// <summary>How long a stopping worker lets running requests finish before it hands them back to the queue.</summary>
    public TimeSpan ShutdownGrace { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the answer of a durable generation is remembered, so that its repetition is answered and not generated again.</summary>
    public TimeSpan ResultRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// By a model's name the folder of a small model with the same tokens that proposes what it says: a path on this machine, or the digest of a stored folder.
    /// </summary>
    public IDictionary<string, string> Drafts { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Servers that models with a <c>remote.json</c> are served by, by name.</summary>
    public IDictionary<string, RemoteOptions> Remotes { get; } = new Dictionary<string, RemoteOptions>(StringComparer.OrdinalIgnoreCase);

    internal IReadOnlyList<string> EffectivePools => Pools.Count == 0 ? ["default"] : Pools;

    internal long EffectiveMemoryBudget => MemoryBudget > 0 ? MemoryBudget : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
}
