using System.Runtime.InteropServices;
using Aigc.Models.Llama;
using TorchSharp;
using static TorchSharp.torch;

namespace Aigc.Trainer.Fitting;

/// <summary>
/// The trained weights: fp32 tensors by Hugging Face name, whose memory managed code reads and writes directly. Fewer objects cross
/// into native code that way, and what crosses is disposed by hand: TorchSharp's rare crashes come from finalisers.
/// </summary>
internal sealed class ParameterSet : IWeights, IDisposable
{
    readonly Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);

    public ParameterSet(LlamaShape shape, int seed)
    {
        Names = [.. LlamaWeights.Names(shape)];
        foreach (var name in Names)
        {
            var tensor = zeros(LlamaWeights.Dimensions(shape, name));
            tensor.requires_grad = true;
            tensors[name] = tensor.DetachFromDisposeScope();
            Initialise(name, shape, seed);
        }
    }

    /// <summary>All names, in a fixed order.</summary>
    public IReadOnlyList<string> Names { get; }

    public Tensor this[string name] => tensors[name];

    public Span<float> Values(string name) => MemoryMarshal.Cast<byte, float>(tensors[name].bytes);

    /// <summary>The gradient's memory; empty before the first backward pass.</summary>
    public Span<float> Gradient(string name)
    {
        // The wrapper is disposed at the end of the step's scope, the gradient itself belongs to the weight.
        var gradient = tensors[name].grad;
        if (gradient is null)
            return [];
        return gradient.is_contiguous() ? MemoryMarshal.Cast<byte, float>(gradient.bytes) : throw new InvalidOperationException($"The gradient of {name} is strided.");
    }

    public float[] Get(string name) => Values(name).ToArray();

    public void Dispose()
    {
        foreach (var tensor in tensors.Values)
            tensor.Dispose();
    }

    /// <summary>GPT-2's scheme: deviation 0.02, projections into the residual stream divided by √(2·layers); norms are one.</summary>
    void Initialise(string name, LlamaShape shape, int seed)
    {
        var values = Values(name);
        if (name.EndsWith("norm.weight", StringComparison.Ordinal))
        {
            values.Fill(1f);
            return;
        }

        var intoResidual = name.EndsWith("o_proj.weight", StringComparison.Ordinal) || name.EndsWith("down_proj.weight", StringComparison.Ordinal);
        var deviation = intoResidual ? 0.02 / Math.Sqrt(2 * shape.Layers) : 0.02;
        var random = new Random(name.Aggregate(seed, (hash, c) => unchecked((hash * 31) + c)));
        for (var i = 0; i < values.Length; i++)
        {
            // Box–Muller.
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    }
}
