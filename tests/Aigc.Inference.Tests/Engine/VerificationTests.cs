using Aigc.Inference.Engine;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Inference.Tests.Engine;

/// <summary>What verifying several proposed tokens at once could rest on, and what the processor's attention refuses.</summary>
public sealed class VerificationTests : IDisposable
{
    private const int Capacity = 32;
    private readonly NanoModel _model = new();
    private readonly InferenceSession _session;

    public VerificationTests() => _session = new(_model.FileOf("model.onnx"));

    public void Dispose()
    {
        _session.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void Several_rows_of_several_tokens_behind_a_past_are_refused_on_the_processor()
    {
        var refused = Assert.Throws<OnnxRuntimeException>(() => Run([.. NanoModel.Tokens(4, 1), .. NanoModel.Tokens(4, 2)], rows: 2, past: 5));
        Assert.Contains("batch_size must be 1 when sequence_length > 1 and past context is given", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_row_of_several_tokens_behind_a_past_gives_the_logits_of_each()
    {
        var tokens = NanoModel.Tokens(4, 1);
        var logits = Run(tokens, rows: 1, past: 5);
        Assert.Equal(4 * NanoModel.Shape.Vocabulary, logits.Length);
        Assert.All(logits, logit => Assert.True(float.IsFinite(logit)));
    }

    private float[] Run(int[] tokens, int rows, int past)
    {
        var graph = DecoderGraph.Read(_session, "model.onnx");
        var each = tokens.Length / rows;
        var values = new Dictionary<string, OrtValue>
        {
            ["input_ids"] = OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(tokens, token => (long)token), [rows, each]),
            ["seqlens_k"] = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(past + each - 1, rows).ToArray(), [rows]),
            ["total_sequence_length"] = OrtValue.CreateTensorValueFromMemory(new[] { past + each }, [1]),
            ["logit_rows"] = OrtValue.CreateTensorValueFromMemory(Enumerable.Range(0, tokens.Length).Select(row => (long)row).ToArray(), [tokens.Length]),
        };
        for (var layer = 0; layer < graph.Layers; layer++)
        {
            foreach (var part in (string[])["key", "value"])
                values[$"past_key_values.{layer}.{part}"] = OrtValue.CreateTensorValueFromMemory(new float[rows * graph.SlotValues(Capacity)], [rows, graph.KvHeads, Capacity, graph.HeadDim]);
        }
        try
        {
            using var options = new RunOptions();
            using var outputs = _session.Run(options, values, ["logits"]);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }
        finally
        {
            foreach (var value in values.Values)
                value.Dispose();
        }
    }
}
