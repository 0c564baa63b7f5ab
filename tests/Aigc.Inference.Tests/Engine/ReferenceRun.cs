using Aigc.Inference.Engine;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Inference.Tests.Engine;

/// <summary>The same graph the plain way: one run over the whole sequence, fresh caches, named values, no binding and no arena.</summary>
internal sealed class ReferenceRun(string path) : IDisposable
{
    private readonly InferenceSession _session = new(path);

    public float[] LastLogits(ReadOnlySpan<int> tokens)
    {
        var graph = DecoderGraph.Read(_session, path);
        var ids = new long[tokens.Length];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = tokens[i];
        var inputs = new Dictionary<string, OrtValue>
        {
            ["input_ids"] = OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length]),
            ["seqlens_k"] = OrtValue.CreateTensorValueFromMemory(new[] { ids.Length - 1 }, [1]),
            ["total_sequence_length"] = OrtValue.CreateTensorValueFromMemory(new[] { ids.Length }, [1]),
            ["logit_rows"] = OrtValue.CreateTensorValueFromMemory(new[] { ids.Length - 1L }, [1]),
        };
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            foreach (var part in (string[])["key", "value"])
            {
                inputs[$"past_key_values.{layer}.{part}"] = OrtValue.CreateTensorValueFromMemory(
                    new float[graph.SlotValues(ids.Length)], [1, graph.KvHeads, ids.Length, graph.HeadDim]);
            }
        }
        using var run = new RunOptions();
        using var outputs = _session.Run(run, inputs, ["logits"]);
        var logits = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        foreach (var input in inputs.Values)
            input.Dispose();
        return logits;
    }

    public void Dispose() => _session.Dispose();
}
