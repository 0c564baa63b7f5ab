using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Models.Llama;

namespace Aigc.Inference.Tests.Engine;

/// <summary>However a sequence gets into its slot, its logits are those of running it whole.</summary>
public sealed class OrtDecoderBackendTests : IDisposable
{
    private const float Same = 1e-4f;
    private static readonly OrtOptions Options = new(Slots: 4, SlotLength: 96, Threads: 1, ChunkAlone: 64, ChunkShared: 8);

    private readonly NanoModel _model = new();
    private readonly OrtDecoderBackend _backend;

    public OrtDecoderBackendTests() => _backend = Open(_model);

    public void Dispose()
    {
        _backend.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void A_prompt_in_chunks_gives_the_logits_of_the_prompt_at_once()
    {
        var tokens = NanoModel.Tokens(50, 1);
        _backend.Prefill(1, tokens.AsSpan(0, 8), 0);
        _backend.Prefill(1, tokens.AsSpan(8, 1), 8);
        _backend.Prefill(1, tokens.AsSpan(9, 20), 9);
        _backend.Prefill(1, tokens.AsSpan(29, 21), 29);
        AssertClose(Whole(tokens), _backend.Logits(0));
    }

    [Fact]
    public void Rows_of_different_lengths_decode_together_as_they_would_alone()
    {
        int[] lengths = [20, 1, 33, 12];
        var sequences = lengths.Select((length, i) => NanoModel.Tokens(length + 5, i)).ToArray();
        // References first: they overwrite slot 3.
        var expected = sequences.Select((tokens, i) => Enumerable.Range(1, 5).Select(n => Whole(tokens.AsSpan(0, lengths[i] + n))).ToArray()).ToArray();
        for (var slot = 0; slot < 4; slot++)
            _backend.Prefill(slot, sequences[slot].AsSpan(0, lengths[slot]), 0);
        for (var step = 0; step < 5; step++)
        {
            _backend.Decode([.. sequences.Select((tokens, i) => tokens[lengths[i] + step])], [.. lengths.Select(length => length + step)]);
            for (var row = 0; row < 4; row++)
                AssertClose(expected[row][step], _backend.Logits(row));
        }
    }

    [Fact]
    public void A_slot_used_again_does_not_remember_the_longer_sequence_before()
    {
        _backend.Prefill(0, NanoModel.Tokens(60, 3), 0);
        var tokens = NanoModel.Tokens(8, 4);
        var expected = Whole(tokens);
        _backend.Prefill(0, tokens.AsSpan(0, 7), 0);
        _backend.Decode([tokens[7]], [7]);
        AssertClose(expected, _backend.Logits(0));
    }

    [Fact]
    public void A_moved_sequence_goes_on_as_if_it_had_always_been_there()
    {
        var tokens = NanoModel.Tokens(31, 5);
        var expected = Whole(tokens);
        _backend.Prefill(0, NanoModel.Tokens(60, 6), 0);
        _backend.Prefill(2, tokens.AsSpan(0, 30), 0);
        _backend.Move(2, 0, 30);
        _backend.Decode([tokens[30]], [30]);
        AssertClose(expected, _backend.Logits(0));
    }

    [Fact]
    public void A_prompt_running_next_to_decoding_slots_touches_only_its_own()
    {
        var (first, second) = (NanoModel.Tokens(21, 7), NanoModel.Tokens(40, 8));
        var expected = Whole(first);
        _backend.Prefill(0, first.AsSpan(0, 20), 0);
        _backend.Prefill(1, second, 0);
        _backend.Decode([first[20]], [20]);
        AssertClose(expected, _backend.Logits(0));
    }

    [Fact]
    public void A_full_slot_takes_its_last_token_and_no_more()
    {
        var tokens = NanoModel.Tokens(96, 9);
        var expected = Whole(tokens);
        _backend.Prefill(0, tokens.AsSpan(0, 32), 0);
        _backend.Prefill(0, tokens.AsSpan(32, 32), 32);
        _backend.Prefill(0, tokens.AsSpan(64, 31), 64);
        _backend.Decode([tokens[95]], [95]);
        AssertClose(expected, _backend.Logits(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _backend.Decode([1], [96]));
    }

    [Fact]
    public void Int8_weights_keep_the_probe_satisfied()
    {
        using var model = new NanoModel(format: WeightFormat.Int8);
        using var backend = Open(model);
        Assert.Null(BackendProbe.Check(backend));
    }

    [Fact]
    public void Running_a_model_leaves_the_arithmetic_of_its_thread_as_it_was()
    {
        _backend.Prefill(0, [1, 2, 3], 0);
        Assert.True(Half(float.Epsilon * 4) > 0, "The thread flushes denormal numbers to zero.");

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static float Half(float value) => value / 2;
    }

    [Fact]
    public void A_decode_step_with_known_rows_allocates_no_managed_memory()
    {
        _backend.Prefill(0, NanoModel.Tokens(5, 1), 0);
        _backend.Prefill(1, NanoModel.Tokens(5, 2), 0);
        int[] tokens = [3, 4], lengths = [5, 5];
        _backend.Decode(tokens, lengths);
        Assert.Equal(0, Allocations.OfEvery(() => _backend.Decode(tokens, lengths)));
    }

    private static OrtDecoderBackend Open(NanoModel model)
    {
        var session = OrtSessions.Open(model.FileOf("model.onnx"), Options, OrtSessions.Cpu);
        return new(session, DecoderGraph.Read(session, "model.onnx"), Options, OrtSessions.Cpu);
    }

    private float[] Whole(ReadOnlySpan<int> tokens)
    {
        // At once where the buffers allow it, so that the reference takes no chunk path at all.
        using var reference = new ReferenceRun(_model.FileOf("model.onnx"));
        return reference.LastLogits(tokens);
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.True(MathF.Abs(expected[i] - actual[i]) <= Same, $"logit {i}: {expected[i]} and {actual[i]}");
    }
}
