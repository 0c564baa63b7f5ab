using System.Text.Json;
using Aigc.Models.Llama;
using Microsoft.ML.OnnxRuntime;

namespace Aigc.Models.Tests;

public sealed class LlamaGraphTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Shapes_come_back_from_their_configuration()
    {
        foreach (var shape in (LlamaShape[])[LlamaShape.Nano, LlamaShape.Tiny, LlamaShape.Mini])
        {
            using var config = JsonDocument.Parse(shape.ToConfig(0, 1).ToJsonString());
            Assert.Equal(shape, LlamaShape.Read(config.RootElement));
        }
    }

    [Fact]
    public void Tiny_is_what_it_says()
    {
        Assert.InRange(LlamaShape.Tiny.Parameters, 2_500_000, 4_000_000);
        Assert.Equal(32, LlamaShape.Tiny.HeadDim);
        Assert.True(LlamaShape.Tiny.KvHeads < LlamaShape.Tiny.Heads);
    }

    [Theory]
    [InlineData("""{"model_type":"mamba"}""", "model_type")]
    [InlineData("""{"model_type":"llama","num_attention_heads":4}""", "hidden_size")]
    [InlineData("""{"model_type":"llama","num_attention_heads":4,"hidden_size":99999999999}""", "hidden_size")]
    [InlineData("[]", "model_type")]
    public void A_configuration_that_cannot_be_is_refused_by_key(string json, string key)
    {
        using var config = JsonDocument.Parse(json);
        Assert.Contains(key, Assert.Throws<FormatException>(() => LlamaShape.Read(config.RootElement)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WeightFormat.Fp32)]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    [InlineData(WeightFormat.Int4Block128)]
    public void The_graph_runs_and_decoding_one_by_one_equals_prefill(WeightFormat format)
    {
        folder.WriteModel(format);
        using var runner = new GraphRunner(folder.Path, LlamaShape.Nano);
        int[] tokens = [0, 17, 300, 5, 411, 42, 99, 250];
        var whole = runner.Run(tokens, 0);
        runner.Run(tokens[..5], 0);
        for (var i = 5; i < tokens.Length; i++)
        {
            var row = runner.Run([tokens[i]], i);
            var expected = whole.AsSpan(i * LlamaShape.Nano.Vocabulary, LlamaShape.Nano.Vocabulary);
            Assert.True(Distance(row, expected) < 1e-4, $"position {i}: {Distance(row, expected)}");
        }
    }

    [Fact]
    public void Eight_bits_stay_near_thirty_two()
    {
        folder.WriteModel(WeightFormat.Fp32);
        float[] exact, rounded;
        using (var runner = new GraphRunner(folder.Path, LlamaShape.Nano))
            exact = runner.Run([0, 17, 300, 5], 0);
        folder.WriteModel(WeightFormat.Int8);
        using (var runner = new GraphRunner(folder.Path, LlamaShape.Nano))
            rounded = runner.Run([0, 17, 300, 5], 0);
        Assert.InRange(Distance(exact, rounded), 1e-6, 0.05 * exact.Max(MathF.Abs));
    }

    [Fact]
    public void The_bytes_are_the_same_every_time_and_tensors_lie_on_pages()
    {
        folder.WriteModel();
        var graph = File.ReadAllBytes(Path.Combine(folder.Path, "model.onnx"));
        var data = File.ReadAllBytes(Path.Combine(folder.Path, "model.onnx.data"));
        folder.WriteModel();
        Assert.Equal(graph, File.ReadAllBytes(Path.Combine(folder.Path, "model.onnx")));
        Assert.Equal(data, File.ReadAllBytes(Path.Combine(folder.Path, "model.onnx.data")));
        var text = System.Text.Encoding.Latin1.GetString(graph);
        var offsets = System.Text.RegularExpressions.Regex.Matches(text, @"offset\x12.(\d+)");
        Assert.NotEmpty(offsets);
        Assert.All(offsets, o => Assert.Equal(0, long.Parse(o.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture) % 4096));
    }

    static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var largest = 0f;
        for (var i = 0; i < a.Length; i++)
            largest = MathF.Max(largest, MathF.Abs(a[i] - b[i]));
        return largest;
    }
}

/// <summary>One slot over the exported graph, through the plain API.</summary>
internal sealed class GraphRunner : IDisposable
{
    readonly InferenceSession session;
    readonly LlamaShape shape;
    readonly Array[] cache;
    readonly RunOptions options = new();

    public GraphRunner(string directory, LlamaShape shape, bool halves = false)
    {
        this.shape = shape;
        using var sessionOptions = new SessionOptions { IntraOpNumThreads = 1 };
        session = new InferenceSession(Path.Combine(directory, "model.onnx"), sessionOptions);
        cache = [.. Enumerable.Range(0, 2 * shape.Layers).Select(_ => Cache(shape.KeyWidth * shape.ContextLength))];

        Array Cache(int length) => halves ? new Float16[length] : new float[length];
    }

    /// <summary>Logits of all tokens, [tokens, vocabulary].</summary>
    public float[] Run(int[] tokens, int past)
    {
        var logits = new float[tokens.Length * shape.Vocabulary];
        using var binding = session.CreateIoBinding();
        var values = new List<OrtValue>();
        Bind("input_ids", Array.ConvertAll(tokens, t => (long)t), 1, tokens.Length);
        Bind("seqlens_k", new[] { past + tokens.Length - 1 }, 1);
        Bind("total_sequence_length", new[] { past + tokens.Length }, 1);
        Bind("logit_rows", Array.ConvertAll([.. Enumerable.Range(0, tokens.Length)], r => (long)r), tokens.Length);
        binding.BindOutput("logits", Value(logits, tokens.Length, shape.Vocabulary));
        for (var i = 0; i < cache.Length; i++)
        {
            var part = i % 2 == 0 ? "key" : "value";
            long[] dimensions = [1, shape.KvHeads, shape.ContextLength, shape.HeadDim];
            var value = cache[i] is Float16[] narrow ? Value(narrow, dimensions) : Value((float[])cache[i], dimensions);
            binding.BindInput($"past_key_values.{i / 2}.{part}", value);
            binding.BindOutput($"present.{i / 2}.{part}", value);
        }

        session.RunWithBinding(options, binding);
        values.ForEach(v => v.Dispose());
        return logits;

        OrtValue Value<T>(T[] data, params long[] dimensions) where T : unmanaged
        {
            var value = OrtValue.CreateTensorValueFromMemory(data, dimensions);
            values.Add(value);
            return value;
        }

        void Bind<T>(string name, T[] data, params long[] dimensions) where T : unmanaged => binding.BindInput(name, Value(data, dimensions));
    }

    public void Dispose()
    {
        session.Dispose();
        options.Dispose();
    }
}
