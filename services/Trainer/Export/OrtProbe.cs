using Aigc.Models.Llama;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Trainer.Export;

/// <summary>Runs an exported graph over whole windows and gives all logits back.</summary>
internal sealed class OrtProbe : IDisposable
{
    readonly LlamaShape shape;
    readonly InferenceSession session;
    readonly RunOptions options = new();

    public OrtProbe(LlamaShape shape, string directory, int threads)
    {
        this.shape = shape;
        using var settings = new SessionOptions { IntraOpNumThreads = threads };
        // Spinning pools collapse on shared processors.
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        session = new InferenceSession(Path.Combine(directory, "model.onnx"), settings);
    }

    /// <summary>Logits [length, vocabulary] of a window.</summary>
    public float[] Logits(ReadOnlySpan<long> ids)
    {
        var length = ids.Length;
        var logits = new float[length * shape.Vocabulary];
        var cache = new float[2 * shape.Layers][];
        var values = new List<OrtValue>();
        using var binding = session.CreateIoBinding();
        try
        {
            binding.BindInput("input_ids", Value(ids.ToArray(), 1, length));
            binding.BindInput("seqlens_k", Value(new[] { length - 1 }, 1));
            binding.BindInput("total_sequence_length", Value(new[] { length }, 1));
            binding.BindInput("logit_rows", Value([.. Enumerable.Range(0, length).Select(r => (long)r)], length));
            binding.BindOutput("logits", Value(logits, length, shape.Vocabulary));
            for (var i = 0; i < cache.Length; i++)
            {
                cache[i] = new float[shape.KeyWidth * shape.ContextLength];
                var value = Value(cache[i], 1, shape.KvHeads, shape.ContextLength, shape.HeadDim);
                var part = i % 2 == 0 ? "key" : "value";
                binding.BindInput($"past_key_values.{i / 2}.{part}", value);
                binding.BindOutput($"present.{i / 2}.{part}", value);
            }

            session.RunWithBinding(options, binding);
            return logits;
        }
        finally
        {
            values.ForEach(v => v.Dispose());
        }

        OrtValue Value<T>(T[] data, params long[] dimensions) where T : unmanaged
        {
            var value = OrtValue.CreateTensorValueFromMemory(data, dimensions);
            values.Add(value);
            return value;
        }
    }

    public void Dispose()
    {
        session.Dispose();
        options.Dispose();
    }
}
