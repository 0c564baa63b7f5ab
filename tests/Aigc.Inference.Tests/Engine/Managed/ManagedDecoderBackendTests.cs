using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Adapters;
using Aigc.Inference.Engine.Managed;
using Aigc.Models.Llama;

namespace Aigc.Inference.Tests.Engine.Managed;

/// <summary>However a sequence gets into its slot, its logits are the same bits; and they are ONNX Runtime's but for the rounding of activations.</summary>
public sealed class ManagedDecoderBackendTests
{
    // Both quantise activations to a byte, but round in other places: the share of the largest logit they may differ by.
    private const float Rounding = 0.05f;

    public static TheoryData<WeightFormat> Formats => [WeightFormat.Int8, WeightFormat.Int4, WeightFormat.Int4Block128];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Logits_are_those_of_onnx_runtime_but_for_roundings(WeightFormat format)
    {
        foreach (var shape in (LlamaShape[])[LlamaShape.Nano, Odd, Untied])
        {
            using var folder = new ManagedFolder(format, shape);
            using var backend = folder.Open();
            using var reference = folder.Reference();
            var worst = 0f;
            foreach (var length in (int[])[1, 2, 15, 16, 17, 40])
            {
                var tokens = NanoModel.Tokens(length, length);
                worst = MathF.Max(worst, Off(ManagedFolder.Whole(reference, tokens), ManagedFolder.Whole(backend, tokens)));
                reference.Decode([5], [length]);
                backend.Decode([5], [length]);
                worst = MathF.Max(worst, Off(reference.Logits(0), backend.Logits(0)));
            }
            TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant($"{format.Name()}, {shape.Dim} wide: {worst:P2} of the largest logit"));
            Assert.InRange(worst, 0, Rounding);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_greedy_text_chooses_what_onnx_runtime_would_or_what_is_as_likely(WeightFormat format)
    {
        using var folder = new ManagedFolder(format);
        using var backend = folder.Open();
        using var reference = folder.Reference();
        var agreed = 0;
        var token = Largest(ManagedFolder.Whole(reference, NanoModel.Tokens(16, 1)));
        ManagedFolder.Whole(backend, NanoModel.Tokens(16, 1));
        for (var length = 16; length < 96; length++)
        {
            reference.Decode([token], [length]);
            backend.Decode([token], [length]);
            var (theirs, ours) = (Largest(reference.Logits(0)), Largest(backend.Logits(0)));
            agreed += theirs == ours ? 1 : 0;
            var scale = Scale(reference.Logits(0));
            Assert.InRange(reference.Logits(0)[theirs] - reference.Logits(0)[ours], 0, 2 * Rounding * scale);
            token = theirs;
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"{format.Name()}: {agreed} of 80 the same");
        Assert.InRange(agreed, 72, 80);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_prompt_at_once_in_chunks_and_token_by_token_gives_the_same_bits(WeightFormat format)
    {
        using var folder = new ManagedFolder(format);
        using var backend = folder.Open(threads: 2);
        var tokens = NanoModel.Tokens(90, 1);
        var whole = ManagedFolder.Whole(backend, tokens);
        foreach (var chunk in (int[])[1, 3, 4, 5, 16, 33])
        {
            for (var at = 0; at < tokens.Length; at += chunk)
                backend.Prefill(1, tokens.AsSpan(at, Math.Min(chunk, tokens.Length - at)), at);
            Assert.Equal(whole, backend.Logits(0).ToArray());
        }
        backend.Prefill(0, tokens.AsSpan(0, 1), 0);
        for (var at = 1; at < tokens.Length; at++)
            backend.Decode([tokens[at]], [at]);
        Assert.Equal(whole, backend.Logits(0).ToArray());
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Rows_together_have_the_bits_of_each_alone(WeightFormat format)
    {
        using var folder = new ManagedFolder(format);
        using var backend = folder.Open(slots: 7);
        var sequences = Enumerable.Range(0, 7).Select(i => NanoModel.Tokens(5 + (i * 9), i)).ToArray();
        var alone = sequences.Select(tokens => ManagedFolder.Whole(backend, tokens)).ToArray();
        for (var slot = 0; slot < 7; slot++)
            backend.Prefill(slot, sequences[slot].AsSpan()[..^1], 0);
        for (var rows = 1; rows <= 7; rows++)
        {
            backend.Decode([.. sequences.Take(rows).Select(tokens => tokens[^1])], [.. sequences.Take(rows).Select(tokens => tokens.Length - 1)]);
            for (var row = 0; row < rows; row++)
                Assert.Equal(alone[row], backend.Logits(row).ToArray());
        }
    }

    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    public void Threads_and_instructions_do_not_change_a_bit(WeightFormat format)
    {
        using var folder = new ManagedFolder(format);
        var tokens = NanoModel.Tokens(40, 2);
        var outcomes = new List<(string, float[])>();
        foreach (var set in KernelSets.All())
        {
            foreach (var threads in (int[])[1, 2, 3])
            {
                using var backend = folder.Open(threads: threads, set: set);
                Assert.Equal((set, threads), (backend.Kernels, backend.Threads.Count));
                var prompt = ManagedFolder.Whole(backend, tokens);
                backend.Prefill(1, tokens.AsSpan(0, 7), 0);
                backend.Decode([3, 9], [40, 7]);
                outcomes.Add(($"{set} {threads}", [.. prompt, .. backend.Logits(0), .. backend.Logits(1)]));
            }
        }
        Assert.All(outcomes, outcome => Assert.Equal(outcomes[0].Item2, outcome.Item2));
    }

    [Fact]
    public void A_moved_sequence_goes_on_and_a_slot_used_again_remembers_nothing()
    {
        using var folder = new ManagedFolder(WeightFormat.Int4);
        using var backend = folder.Open();
        var tokens = NanoModel.Tokens(31, 5);
        var expected = ManagedFolder.Whole(backend, tokens, slot: 3);
        backend.Prefill(0, NanoModel.Tokens(90, 6), 0);
        backend.Prefill(2, tokens.AsSpan(0, 30), 0);
        backend.Move(2, 0, 30);
        backend.Prefill(2, NanoModel.Tokens(50, 7), 0);
        backend.Decode([tokens[30]], [30]);
        Assert.Equal(expected, backend.Logits(0).ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.Move(0, 4, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.Move(0, 1, 97));
    }

    [Fact]
    public void A_slot_fills_to_its_end_and_takes_no_more()
    {
        using var folder = new ManagedFolder(WeightFormat.Int8);
        using var backend = folder.Open(length: 90);
        using var reference = folder.Reference(length: 90);
        var tokens = NanoModel.Tokens(90, 9);
        var expected = ManagedFolder.Whole(backend, tokens, slot: 3);
        backend.Prefill(0, tokens.AsSpan(0, 40), 0);
        for (var at = 40; at < 90; at++)
            backend.Decode([tokens[at]], [at]);
        Assert.Equal(expected, backend.Logits(0).ToArray());
        Assert.InRange(Off(ManagedFolder.Whole(reference, tokens), expected), 0, Rounding);
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.Decode([1], [90]));
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.Prefill(0, [1, 2], 89));
    }

    [Fact]
    public void What_cannot_be_is_refused_before_anything_is_written()
    {
        using var folder = new ManagedFolder(WeightFormat.Int4);
        using var backend = folder.Open();
        var expected = ManagedFolder.Whole(backend, [1, 2, 3]);
        Action[] wrong =
        [
            () => backend.Prefill(4, [1], 0), () => backend.Prefill(-1, [1], 0), () => backend.Prefill(0, [], 0), () => backend.Prefill(0, [1], -1),
            () => backend.Prefill(0, [1], int.MaxValue), () => backend.Prefill(0, [1, 512], 0), () => backend.Prefill(0, [-1], 0),
            () => backend.Decode([], []), () => backend.Decode([1], [0]), () => backend.Decode([1, 2], [1]), () => backend.Decode([1, 1, 1, 1, 1], [1, 1, 1, 1, 1]),
            () => backend.Decode([512], [1]), () => backend.Logits(4), () => backend.Logits(-1),
        ];
        Assert.All(wrong, action => Assert.ThrowsAny<ArgumentException>(action));
        Assert.Equal(expected, backend.Logits(0).ToArray());
        Assert.Throws<ArgumentException>(() => backend.Adapt(0, new([], AdapterPrecision.Half, _ => null)));
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.Adapt(4, null));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_probe_finds_no_difference_at_all(WeightFormat format)
    {
        using var folder = new ManagedFolder(format);
        using var backend = folder.Open(threads: 2);
        Assert.Null(BackendProbe.Find(backend, tolerance: 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_decode_step_allocates_no_managed_memory(int threads)
    {
        using var folder = new ManagedFolder(WeightFormat.Int4);
        using var backend = folder.Open(threads: threads);
        backend.Prefill(0, NanoModel.Tokens(5, 1), 0);
        backend.Prefill(1, NanoModel.Tokens(5, 2), 0);
        int[] tokens = [3, 4], lengths = [5, 5];
        backend.Decode(tokens, lengths);
        Assert.Equal(0, Allocations.OfEvery(() => backend.Decode(tokens, lengths)));
    }

    [Fact]
    public void A_closed_backend_has_ended_its_threads()
    {
        using var folder = new ManagedFolder(WeightFormat.Int4);
        var backend = folder.Open(threads: 3);
        backend.Prefill(0, [1, 2, 3], 0);
        Assert.False(backend.Threads.Ended);
        backend.Dispose();
        Assert.True(backend.Threads.Ended);
    }

    // Heads wider than 64, a vocabulary that is no multiple of 16, widths of an odd number of blocks.
    private static LlamaShape Odd => LlamaShape.Nano with { Dim = 96, Heads = 6, KvHeads = 2, HeadDim = 96, Ffn = 160, Vocabulary = 411 };

    private static LlamaShape Untied => LlamaShape.Nano with { TiedEmbeddings = false };

    private static float Scale(ReadOnlySpan<float> logits)
    {
        var largest = 0f;
        foreach (var logit in logits)
            largest = MathF.Max(largest, MathF.Abs(logit));
        return largest;
    }

    private static float Off(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = 0f;
        for (var i = 0; i < expected.Length; i++)
            worst = MathF.Max(worst, MathF.Abs(expected[i] - actual[i]));
        return worst / Scale(expected);
    }

    private static int Largest(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var i = 1; i < logits.Length; i++)
            best = logits[i] > logits[best] ? i : best;
        return best;
    }
}
