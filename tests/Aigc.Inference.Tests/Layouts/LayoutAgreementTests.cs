using Aigc.Inference.Engine;
using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Tests.Layouts;

/// <summary>The same weights give the same logits in every layout: prompt at once, in chunks, decoded in a ragged batch, moved.</summary>
public sealed class LayoutAgreementTests
{
    private static readonly Lazy<float[][]> Own = new(() =>
    {
        using var folder = new PublishedFolder().WithOwn();
        using var backend = folder.Open();
        return Drive(backend);
    });

    public static TheoryData<string, string, float> Layouts => new()
    {
        // The third column is the largest difference to our own fp32 export that the format may have.
        { "plain", "Fp32", 1e-4f }, { "plain, kept", "Fp32", 1e-4f }, { "merged", "Fp32", 1e-4f },
        { "grouped", "Fp32", 1e-4f }, { "grouped, no positions", "Fp32", 1e-4f }, { "grouped, kept", "Fp32", 1e-4f },
        { "plain", "Fp16", 5e-3f }, { "grouped", "Fp16", 5e-3f }, { "grouped, no positions", "Fp16", 5e-3f },
        { "plain", "Int8Dequantized", 0.05f }, { "grouped", "Int8Dequantized", 0.05f },
        { "plain", "Int8Dynamic", 0.1f },
        { "plain", "Int4", 0.4f }, { "grouped", "Int4", 0.4f }, { "grouped", "Int4Gathered", 0.4f }, { "grouped", "Int4Fp16", 0.4f },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_published_layout_gives_the_logits_of_our_own_export(string layout, string format, float allowed)
    {
        using var folder = new PublishedFolder().With(Of(layout, format));
        using var backend = folder.Open();
        Assert.Equal(layout.StartsWith("grouped", StringComparison.Ordinal) ? typeof(OrtDecoderBackend) : typeof(GrowingCacheBackend), backend.GetType());
        var difference = Difference(Own.Value, Drive(backend));
        TestContext.Current.TestOutputHelper?.WriteLine($"largest difference {difference:e1}");
        Assert.InRange(difference, 0, allowed);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_published_layout_satisfies_the_probe(string layout, string format, float allowed)
    {
        using var folder = new PublishedFolder().With(Of(layout, format));
        using var backend = folder.Open();
        var tolerance = format == "Int8Dynamic" ? 0.2f : BackendProbe.Tolerance;
        Assert.Null(BackendProbe.Find(backend, tolerance));
        Assert.True(allowed > 0);
    }

    [Theory]
    [InlineData("Int4", 1e-4f)]
    [InlineData("Int8Dequantized", 1e-4f)]
    [InlineData("Fp16", 5e-3f)]
    public void Both_kinds_of_cache_give_the_same_logits_from_the_same_rounded_weights(string format, float allowed)
    {
        using var plain = new PublishedFolder().With(Of("plain", format));
        using var grouped = new PublishedFolder().With(Of("grouped", format));
        using IDecoderBackend growing = plain.Open(), shared = grouped.Open();
        Assert.InRange(Difference(Drive(growing), Drive(shared)), 0, allowed);
    }

    [Fact]
    public void A_graph_that_counts_positions_from_its_past_is_found_and_served_row_by_row()
    {
        using var folder = new PublishedFolder().With(new() { PositionIds = false });
        using (var together = folder.Open())
            Assert.Equal(ProbeFault.Rows, BackendProbe.Find(together, BackendProbe.Tolerance)?.Fault);
        using var alone = folder.Open(limits: GrowingLimits.SingleRows);
        Assert.InRange(Difference(Own.Value, Drive(alone)), 0, 1e-4f);
    }

    [Fact]
    public void A_graph_that_ignores_its_mask_is_found_and_served_row_by_row()
    {
        using var folder = new PublishedFolder().With(new() { IgnoresMask = true });
        using (var together = folder.Open())
            Assert.Equal(ProbeFault.Rows, BackendProbe.Find(together, BackendProbe.Tolerance)?.Fault);
        using var alone = folder.Open(limits: GrowingLimits.SingleRows);
        Assert.Null(BackendProbe.Check(alone));
        Assert.InRange(Difference(Own.Value, Drive(alone)), 0, 1e-4f);
    }

    [Fact]
    public void A_branch_traced_with_one_token_is_found_and_fed_one_by_one()
    {
        using var folder = new PublishedFolder().With(new() { Merged = true, TracedWithOneToken = true });
        using (var chunks = folder.Open())
            Assert.Equal(ProbeFault.Chunk, BackendProbe.Find(chunks, BackendProbe.Tolerance)?.Fault);
        using var single = folder.Open(limits: GrowingLimits.SingleTokens);
        Assert.Null(BackendProbe.Check(single));
        Assert.InRange(Difference(Own.Value, Drive(single)), 0, 1e-4f);
    }

    [Fact]
    public void A_graph_that_forgets_its_past_is_found()
    {
        using var folder = new PublishedFolder().With(new() { IgnoresPast = true });
        using var backend = folder.Open();
        Assert.Equal(ProbeFault.Past, BackendProbe.Find(backend, BackendProbe.Tolerance)?.Fault);
    }

    [Fact]
    public void A_vocabulary_too_wide_for_one_run_is_run_in_parts()
    {
        // 64 MiB of logits hold 28 tokens of this vocabulary; the chunk has 50.
        var wide = LlamaShape.Nano with { Vocabulary = 600_000, Layers = 1, Ffn = 64 };
        using var folder = new PublishedFolder(wide).With(new());
        using var backend = folder.Open();
        var tokens = NanoModel.Tokens(50, 1);
        backend.Prefill(0, tokens, 0);
        var whole = backend.Logits(0).ToArray();
        backend.Prefill(1, tokens.AsSpan(0, 49), 0);
        backend.Prefill(0, tokens.AsSpan(0, 1), 0);
        backend.Decode([tokens[1], tokens[49]], [1, 49]);
        Assert.InRange(Difference([whole], [backend.Logits(1).ToArray()]), 0, 1e-4f);
    }

    internal static PublishedGraph Of(string layout, string format) => new()
    {
        Attends = layout.StartsWith("grouped", StringComparison.Ordinal) ? Attends.Grouped : Attends.Plainly,
        Merged = layout == "merged",
        PositionIds = !layout.EndsWith("no positions", StringComparison.Ordinal),
        LogitsToKeep = layout.EndsWith("kept", StringComparison.Ordinal),
        Format = Enum.Parse<PublishedWeights>(format),
        File = layout == "merged" ? new OnnxFileOptions { File = "decoder_model_merged.onnx", Data = "decoder_model_merged.onnx_data" } : new(),
    };

    /// <summary>A life of several slots: chunks, a ragged batch that grows and shrinks, a slot moved into a hole and one used again.</summary>
    internal static float[][] Drive(IDecoderBackend backend)
    {
        var seen = new List<float[]>();
        var sequences = Enumerable.Range(0, 4).Select(i => NanoModel.Tokens(60, i)).ToArray();
        int[] lengths = [20, 1, 33, 0];
        backend.Prefill(0, sequences[0].AsSpan(0, 20), 0);
        See(1);
        backend.Prefill(1, sequences[1].AsSpan(0, 1), 0);
        See(1);
        Decode(2);
        Decode(2);
        backend.Prefill(2, sequences[2].AsSpan(0, 8), 0);
        Decode(2);
        backend.Prefill(2, sequences[2].AsSpan(8, 25), 8);
        See(1);
        Decode(3);
        Decode(3);
        // Slot 0 is done: the last row fills its place.
        backend.Move(2, 0, lengths[2]);
        (sequences[0], lengths[0]) = (sequences[2], lengths[2]);
        Decode(2);
        Decode(2);
        backend.Prefill(2, sequences[3].AsSpan(0, 5), 0);
        See(1);
        (sequences[2], lengths[2]) = (sequences[3], 5);
        Decode(3);
        Decode(1);
        Decode(3);
        return [.. seen];

        void Decode(int rows)
        {
            backend.Decode([.. Enumerable.Range(0, rows).Select(row => sequences[row][lengths[row]])], lengths.AsSpan(0, rows));
            for (var row = 0; row < rows; row++)
                lengths[row]++;
            See(rows);
        }

        void See(int rows)
        {
            for (var row = 0; row < rows; row++)
                seen.Add(backend.Logits(row).ToArray());
        }
    }

    internal static float Difference(float[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = 0f;
        for (var i = 0; i < expected.Length; i++)
        {
            for (var j = 0; j < expected[i].Length; j++)
                largest = float.IsNaN(actual[i][j]) ? float.PositiveInfinity : MathF.Max(largest, MathF.Abs(expected[i][j] - actual[i][j]));
        }
        return largest;
    }
}
