using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Adapters;
using Aigc.Inference.Serving;
using Aigc.Inference.Tests.Engine;
using Aigc.Models.Llama;

namespace Aigc.Inference.Tests.Adapters;

/// <summary>A row with an adapter has the logits of a model into which the adapter is merged, whatever runs beside it.</summary>
public sealed class AdapterRowsTests : IDisposable
{
    private const float Same = 1e-4f;
    private static readonly OrtOptions Options = new(Slots: 4, SlotLength: 96, Threads: 2, ChunkAlone: 64, ChunkShared: 8);
    private static readonly int[] Prompt = NanoModel.Tokens(41, 3);

    private readonly NanoModel _model = new();
    private readonly OrtDecoderBackend _backend;

    public AdapterRowsTests() => _backend = Open(_model);

    public void Dispose()
    {
        _backend.Dispose();
        _model.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(17)]
    [InlineData(64)]
    public void A_prompt_and_its_decoding_equal_the_merged_model(int rank)
    {
        var adapter = new TestAdapter(1, rank);
        AssertClose(Merged(adapter, Prompt), Run(2, Prompt, adapter.Weights));
    }

    [Theory]
    [InlineData("q_proj")]
    [InlineData("k_proj")]
    [InlineData("v_proj")]
    [InlineData("o_proj")]
    [InlineData("gate_proj")]
    [InlineData("up_proj")]
    [InlineData("down_proj")]
    public void An_adapter_of_one_projection_changes_that_one(string projection)
    {
        var adapter = new TestAdapter(2, only: module => module.EndsWith(projection, StringComparison.Ordinal));
        var expected = Merged(adapter, Prompt);
        Assert.True(Distance(expected, Base(Prompt)) > 100 * Same);
        AssertClose(expected, Run(0, Prompt, adapter.Weights));
    }

    [Fact]
    public void Rows_of_several_adapters_and_of_none_decode_together_as_they_would_alone()
    {
        TestAdapter?[] adapters = [new(1, rank: 8), null, new(2, rank: 2), new(3, rank: 5, only: module => module.Contains("mlp", StringComparison.Ordinal))];
        var weights = adapters.Select(adapter => adapter?.Weights).ToArray();
        int[] lengths = [20, 7, 33, 12];
        var sequences = lengths.Select((length, i) => NanoModel.Tokens(length + 3, i)).ToArray();
        for (var slot = 0; slot < 4; slot++)
        {
            _backend.Adapt(slot, weights[slot]);
            _backend.Prefill(slot, sequences[slot].AsSpan(0, lengths[slot]), 0);
        }
        for (var step = 0; step < 3; step++)
        {
            _backend.Decode([.. sequences.Select((tokens, i) => tokens[lengths[i] + step])], [.. lengths.Select(length => length + step)]);
            for (var row = 0; row < 4; row++)
            {
                var tokens = sequences[row].AsSpan(0, lengths[row] + step + 1);
                AssertClose(adapters[row] is { } adapter ? Merged(adapter, tokens) : Base(tokens), _backend.Logits(row));
            }
        }
    }

    [Fact]
    public void A_rows_bits_do_not_depend_on_the_adapters_beside_it()
    {
        var adapter = new TestAdapter(1).Weights;
        float[] Beside(AdapterWeights? other)
        {
            _backend.Adapt(0, adapter);
            _backend.Prefill(0, Prompt.AsSpan(0, 20), 0);
            _backend.Adapt(1, other);
            _backend.Prefill(1, Prompt.AsSpan(0, 30), 0);
            _backend.Decode([5, 6], [20, 30]);
            return _backend.Logits(0).ToArray();
        }
        Assert.Equal(Beside(null), Beside(new TestAdapter(9, rank: 16).Weights));
    }

    [Fact]
    public void A_slot_used_again_does_not_remember_its_adapter()
    {
        Run(1, Prompt, new TestAdapter(1).Weights);
        AssertClose(Base(Prompt), Run(1, Prompt, null));
    }

    [Fact]
    public void Without_adapters_the_numbers_are_those_of_the_folders_own_graph()
    {
        var session = OrtSessions.Open(_model.FileOf("model.onnx"), Options, OrtSessions.Cpu);
        using var plain = new OrtDecoderBackend(session, DecoderGraph.Read(session, "model.onnx"), Options, OrtSessions.Cpu);
        plain.Prefill(0, Prompt, 0);
        var expected = plain.Logits(0).ToArray();
        _backend.Prefill(0, Prompt, 0);
        Assert.Equal(expected, _backend.Logits(0).ToArray());
    }

    [Fact]
    public void Int8_bases_take_adapters_too()
    {
        using var model = new NanoModel(format: WeightFormat.Int8);
        using var backend = Open(model);
        var adapter = new TestAdapter(1).Weights;
        backend.Prefill(0, Prompt, 0);
        var plain = backend.Logits(0).ToArray();
        backend.Adapt(0, adapter);
        backend.Prefill(0, Prompt, 0);
        var adapted = backend.Logits(0).ToArray();
        backend.Adapt(0, new TestAdapter(1).In(AdapterPrecision.Half));
        backend.Prefill(0, Prompt, 0);
        var half = backend.Logits(0).ToArray();
        var exact = Merged(new TestAdapter(1), Prompt);
        Assert.True(Distance(exact, adapted) < 0.1 * Distance(exact, plain), $"{Distance(exact, adapted)} and {Distance(exact, plain)}");
        // Matrices of half precision are no further from what is exact.
        TestContext.Current.TestOutputHelper!.WriteLine($"moved {Distance(exact, plain)}; off by {Distance(exact, adapted)} with 32 bits, {Distance(exact, half)} with 16");
        Assert.True(Distance(exact, half) < 0.1 * Distance(exact, plain), $"{Distance(exact, half)} and {Distance(exact, plain)}");
    }

    [Fact]
    public void A_decode_step_with_adapters_allocates_no_managed_memory()
    {
        AdapterWeights first = new TestAdapter(1).Weights, second = new TestAdapter(2).Weights;
        int[] tokens = [3, 4], lengths = [5, 5];
        _backend.Prefill(0, NanoModel.Tokens(5, 1), 0);
        _backend.Prefill(1, NanoModel.Tokens(5, 2), 0);
        _backend.Decode(tokens, lengths);
        Assert.Equal(0, Allocations.OfEvery(() =>
        {
            _backend.Adapt(0, first);
            _backend.Adapt(1, second);
            _backend.Decode(tokens, lengths);
        }));
    }

    private static OrtDecoderBackend Open(NanoModel model)
    {
        var opened = AdapterSessions.Open(model.FileOf("model.onnx"), Options, OrtSessions.Cpu, 8);
        Assert.Null(opened.Refusal);
        return new(opened.Session, DecoderGraph.Read(opened.Session, "model.onnx"), Options, OrtSessions.Cpu) { Adapters = opened.Adapters };
    }

    // A chunk of many tokens, a chunk of few, a chunk of one and a decode step: every way in.
    private float[] Run(int slot, int[] tokens, AdapterWeights? adapter)
    {
        _backend.Adapt(slot, adapter);
        _backend.Prefill(slot, tokens.AsSpan(0, 34), 0);
        _backend.Prefill(slot, tokens.AsSpan(34, 5), 34);
        _backend.Prefill(slot, tokens.AsSpan(39, 1), 39);
        _backend.Prefill(slot, tokens.AsSpan(40), 40);
        return _backend.Logits(0).ToArray();
    }

    private float[] Base(ReadOnlySpan<int> tokens)
    {
        using var reference = new ReferenceRun(_model.FileOf("model.onnx"));
        return reference.LastLogits(tokens);
    }

    private static float[] Merged(TestAdapter adapter, ReadOnlySpan<int> tokens)
    {
        var directory = Directory.CreateTempSubdirectory("aigc-merged-");
        try
        {
            LlamaGraph.Write(NanoModel.Shape, adapter, directory.FullName, WeightFormat.Fp32);
            using var reference = new ReferenceRun(Path.Combine(directory.FullName, "model.onnx"));
            return reference.LastLogits(tokens);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) => Assert.InRange(Distance(expected, actual), 0, Same);

    private static float Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var largest = 0f;
        for (var i = 0; i < a.Length; i++)
            largest = MathF.Max(largest, MathF.Abs(a[i] - b[i]));
        return largest;
    }
}
