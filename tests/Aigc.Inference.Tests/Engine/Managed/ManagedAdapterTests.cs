using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Adapters;
using Aigc.Inference.Engine.Managed;
using Aigc.Inference.Tests.Adapters;
using Aigc.Models.Llama;

namespace Aigc.Inference.Tests.Engine.Managed;

/// <summary>Rows of the managed kernels with adapters: what a model with the adapter merged into its weights computes, and the same bits however they are run.</summary>
public sealed class ManagedAdapterTests
{
    private static readonly int[] Prompt = NanoModel.Tokens(41, 3);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(17)]
    [InlineData(64)]
    public void A_row_with_an_adapter_is_as_near_to_the_merged_model_as_the_base_is_to_its_own(int rank)
    {
        using var folder = new ManagedFolder(WeightFormat.Int8, seed: 1);
        using var backend = folder.Open();
        var adapter = new TestAdapter(1, rank);
        var plain = Run(backend, Prompt, null);
        var (asBase, merged) = (Exact(new RandomWeights(NanoModel.Shape, 1)), Exact(adapter));
        // The weights' rounding is in both; the adapter brings the rest of the way.
        var own = Distance(asBase, plain) / Scale(asBase);
        foreach (var precision in (AdapterPrecision[])[AdapterPrecision.Single, AdapterPrecision.Half])
        {
            var off = Distance(merged, Run(backend, Prompt, adapter.In(precision))) / Scale(merged);
            TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(
                $"rank {rank}, {precision}: {off:P3} of the largest logit, the base {own:P3}, without the adapter {Distance(merged, plain) / Scale(merged):P1}"));
            Assert.InRange(off, 0, Math.Max(4 * own, 0.02f));
            Assert.True(Distance(merged, plain) / Scale(merged) > 5 * off);
        }
    }

    [Theory]
    [InlineData("q_proj")]
    [InlineData("k_proj")]
    [InlineData("v_proj")]
    [InlineData("o_proj")]
    [InlineData("gate_proj")]
    [InlineData("up_proj")]
    [InlineData("down_proj")]
    public void An_adapter_of_one_projection_changes_that_one_as_onnx_runtime_does(string projection)
    {
        foreach (var format in (WeightFormat[])[WeightFormat.Int8, WeightFormat.Int4])
        {
            using var folder = new ManagedFolder(format, seed: 1);
            using var backend = folder.Open(threads: 2);
            using var reference = folder.Reference(adapters: true);
            var adapter = new TestAdapter(2, only: module => module.EndsWith(projection, StringComparison.Ordinal)).In(AdapterPrecision.Half);
            float[] theirs = Run(reference, Prompt, null), ours = Run(backend, Prompt, null);
            float[] theirsWith = Run(reference, Prompt, adapter), oursWith = Run(backend, Prompt, adapter);
            // What each adds: roundings of the base's activations are in all four.
            var moved = Distance(theirs, theirsWith);
            Assert.True(moved > 0.01f, $"{projection} moves the logits by {moved} only.");
            var apart = Distance(theirsWith, oursWith);
            Assert.True(apart < 0.2f * moved + Distance(theirs, ours), $"{format}: {apart}, {moved} moved");
        }
    }

    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    public void Rows_of_several_adapters_and_of_none_have_the_bits_of_each_alone(WeightFormat format)
    {
        using var folder = new ManagedFolder(format, seed: 1);
        var shared = new TestAdapter(3, rank: 16).In(AdapterPrecision.Half);
        AdapterWeights?[] adapters =
        [
            new TestAdapter(1, rank: 8).In(AdapterPrecision.Half), null, shared, shared, shared, shared, shared,
            new TestAdapter(2, rank: 5, only: module => module.Contains("mlp", StringComparison.Ordinal)).In(AdapterPrecision.Single), null,
        ];
        var sequences = adapters.Select((_, i) => NanoModel.Tokens(5 + (i * 7), i)).ToArray();
        var outcomes = new List<float[][]>();
        foreach (var threads in (int[])[1, 2, 3])
        {
            using var backend = folder.Open(slots: adapters.Length, threads: threads);
            float[][] alone = [.. sequences.Select((tokens, i) => Run(backend, tokens, adapters[i]))];
            outcomes.Add(alone);
            for (var slot = 0; slot < adapters.Length; slot++)
            {
                backend.Adapt(slot, adapters[slot]);
                backend.Prefill(slot, sequences[slot].AsSpan()[..^1], 0);
            }
            for (var rows = 1; rows <= adapters.Length; rows++)
            {
                backend.Decode([.. sequences.Take(rows).Select(tokens => tokens[^1])], [.. sequences.Take(rows).Select(tokens => tokens.Length - 1)]);
                for (var row = 0; row < rows; row++)
                    Assert.Equal(alone[row], backend.Logits(row).ToArray());
            }
        }
        Assert.All(outcomes, outcome => Assert.Equal(outcomes[0], outcome));
        // Without an adapter a row is what a model that never saw one computes.
        using var fresh = folder.Open();
        Assert.Equal(ManagedFolder.Whole(fresh, sequences[1]), outcomes[0][1]);
        Assert.NotEqual(ManagedFolder.Whole(fresh, sequences[0]), outcomes[0][0]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_prompt_in_any_chunks_and_with_any_instructions_gives_the_same_bits(bool half)
    {
        using var folder = new ManagedFolder(WeightFormat.Int4, seed: 1);
        var adapter = new TestAdapter(4, rank: 12).In(half ? AdapterPrecision.Half : AdapterPrecision.Single);
        var tokens = NanoModel.Tokens(90, 1);
        float[]? first = null;
        foreach (var set in KernelSets.All())
        {
            using var backend = folder.Open(threads: 2, set: set, chunk: 80);
            backend.Adapt(1, adapter);
            foreach (var chunk in (int[])[90, 1, 3, 4, 5, 33, 70])
            {
                for (var at = 0; at < tokens.Length; at += chunk)
                    backend.Prefill(1, tokens.AsSpan(at, Math.Min(chunk, tokens.Length - at)), at);
                first ??= backend.Logits(0).ToArray();
                Assert.Equal(first, backend.Logits(0).ToArray());
            }
        }
    }

    [Fact]
    public void Adapters_come_and_go_while_others_go_on()
    {
        using var folder = new ManagedFolder(WeightFormat.Int8, seed: 1);
        using var backend = folder.Open(threads: 2);
        var stays = new TestAdapter(1).In(AdapterPrecision.Half);
        var tokens = NanoModel.Tokens(40, 8);
        var expected = Run(backend, tokens, stays, slot: 3);
        backend.Adapt(0, stays);
        backend.Prefill(0, tokens.AsSpan(0, 10), 0);
        for (var at = 10; at < tokens.Length; at++)
        {
            // Ranks grow, which makes the workspace grow, and every third neighbour has none.
            backend.Adapt(1, at % 3 == 0 ? null : new TestAdapter(at, rank: at).In(AdapterPrecision.Half));
            backend.Prefill(1, tokens.AsSpan(0, 6), 0);
            backend.Decode([tokens[at], 7], [at, 6]);
        }
        Assert.Equal(expected, backend.Logits(0).ToArray());
    }

    [Fact]
    public void A_slot_used_again_does_not_remember_its_adapter()
    {
        using var folder = new ManagedFolder(WeightFormat.Int8, seed: 1);
        using var backend = folder.Open();
        var plain = Run(backend, Prompt, null);
        Assert.NotEqual(plain, Run(backend, Prompt, new TestAdapter(1).Weights));
        Assert.Equal(plain, Run(backend, Prompt, null));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_step_with_adapters_allocates_no_managed_memory(int threads)
    {
        using var folder = new ManagedFolder(WeightFormat.Int4, seed: 1);
        using var backend = folder.Open(threads: threads);
        AdapterWeights first = new TestAdapter(1).In(AdapterPrecision.Half), second = new TestAdapter(2, rank: 16).In(AdapterPrecision.Half);
        int[] tokens = [3, 4, 5], lengths = [5, 5, 5];
        for (var slot = 0; slot < 3; slot++)
            backend.Prefill(slot, NanoModel.Tokens(5, slot), 0);
        void Step()
        {
            backend.Adapt(0, first);
            backend.Adapt(1, null);
            backend.Adapt(2, second);
            backend.Decode(tokens, lengths);
        }
        Step();
        Assert.Equal(0, Allocations.OfEvery(Step));
    }

    private static float[] Run(IDecoderBackend backend, int[] tokens, AdapterWeights? adapter, int slot = 0)
    {
        backend.Adapt(slot, adapter);
        return ManagedFolder.Whole(backend, tokens, slot);
    }

    /// <summary>Logits of 32-bit weights behind the prompt.</summary>
    private static float[] Exact(IWeights weights)
    {
        var directory = Directory.CreateTempSubdirectory("aigc-exact-");
        try
        {
            LlamaGraph.Write(NanoModel.Shape, weights, directory.FullName, WeightFormat.Fp32);
            using var reference = new ReferenceRun(Path.Combine(directory.FullName, "model.onnx"));
            return reference.LastLogits(Prompt);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static float Scale(float[] logits) => logits.Max(MathF.Abs);

    private static float Distance(float[] a, float[] b) => a.Zip(b, (x, y) => MathF.Abs(x - y)).Max();
}
