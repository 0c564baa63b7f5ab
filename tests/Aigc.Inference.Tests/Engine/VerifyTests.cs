using Aigc.Inference.Engine;
using Aigc.Inference.Tests.Engine.Drafts;
using Aigc.Inference.Tests.Layouts;
using Aigc.Models.Llama;

namespace Aigc.Inference.Tests.Engine;

/// <summary>One run that tells the logits of each of its tokens, on every backend that can.</summary>
public sealed class VerifyTests
{
    private const int Slot = 2;

    [Theory]
    [MemberData(nameof(DraftBench.Kernels), MemberType = typeof(DraftBench))]
    public void Each_row_is_the_logits_of_the_step_it_stands_for(string kernels, WeightFormat format)
    {
        using var bench = new DraftBench(kernels, format);
        using var backend = bench.Backend(4);
        var (prompt, answer) = (NanoModel.Tokens(20, 1), NanoModel.Tokens(9, 2));
        foreach (var count in (int[])[1, 2, 5, 9])
        {
            backend.Prefill(Slot, prompt, 0);
            backend.Verify(Slot, answer.AsSpan(0, count), prompt.Length);
            var rows = Enumerable.Range(0, count).Select(row => backend.Logits(row).ToArray()).ToArray();
            backend.Prefill(0, prompt, 0);
            for (var row = 0; row < count; row++)
            {
                backend.Decode([answer[row]], [prompt.Length + row]);
                Same(backend.Logits(0), rows[row], kernels);
            }
        }
    }

    [Theory]
    [MemberData(nameof(DraftBench.Kernels), MemberType = typeof(DraftBench))]
    public void What_was_not_kept_leaves_nothing_behind(string kernels, WeightFormat format)
    {
        using var bench = new DraftBench(kernels, format);
        using var backend = bench.Backend(4);
        var (prompt, wrong) = (NanoModel.Tokens(20, 1), NanoModel.Tokens(8, 3));
        backend.Prefill(Slot, prompt, 0);
        backend.Verify(Slot, wrong, prompt.Length);
        backend.Verify(Slot, [7, 11], prompt.Length);
        var after = backend.Logits(1).ToArray();
        backend.Prefill(0, [.. prompt, 7, 11], 0);
        Same(backend.Logits(0), after, kernels);
    }

    [Theory]
    [MemberData(nameof(DraftBench.Kernels), MemberType = typeof(DraftBench))]
    public void A_run_that_was_made_before_allocates_nothing(string kernels, WeightFormat format)
    {
        using var bench = new DraftBench(kernels, format);
        using var backend = bench.Backend(2);
        int[] prompt = NanoModel.Tokens(20, 1), tokens = NanoModel.Tokens(9, 2);
        backend.Prefill(0, prompt, 0);
        Assert.Equal(0, Allocations.OfEvery(() =>
        {
            for (var count = 1; count <= tokens.Length; count++)
                backend.Verify(0, tokens.AsSpan(0, count), prompt.Length);
        }));
    }

    [Theory]
    [MemberData(nameof(DraftBench.Kernels), MemberType = typeof(DraftBench))]
    public void More_tokens_than_there_are_rows_and_slots_that_are_not_there_are_refused(string kernels, WeightFormat format)
    {
        using var bench = new DraftBench(kernels, format);
        using var backend = bench.Backend(2);
        Assert.Equal(9, backend.MostVerified);
        Assert.Null(BackendProbe.Verification(backend, kernels == "managed" ? 0 : BackendProbe.Tolerance));
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.Verify(0, NanoModel.Tokens(10, 1), 20));
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.Verify(2, NanoModel.Tokens(2, 1), 20));
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.Verify(0, NanoModel.Tokens(9, 1), DraftBench.Length - 8));
    }

    [Theory]
    [InlineData("grouped", "Fp32", 1e-4f)]
    [InlineData("grouped, no positions", "Fp32", 1e-4f)]
    [InlineData("grouped, kept", "Fp32", 1e-4f)]
    [InlineData("grouped", "Fp16", 5e-3f)]
    public void Published_folders_with_a_shared_cache_verify_too(string layout, string format, float allowed)
    {
        using var folder = new PublishedFolder().With(LayoutAgreementTests.Of(layout, format));
        using var backend = folder.Open(verified: 9);
        Assert.Null(BackendProbe.Verification(backend, BackendProbe.Tolerance));
        var tokens = NanoModel.Tokens(12, 1);
        backend.Prefill(1, tokens.AsSpan(0, 3), 0);
        backend.Verify(1, tokens.AsSpan(3), 3);
        var rows = Enumerable.Range(0, 9).Select(row => backend.Logits(row).ToArray()).ToArray();
        for (var row = 0; row < 9; row++)
        {
            backend.Prefill(0, tokens.AsSpan(0, row + 4), 0);
            for (var i = 0; i < rows[row].Length; i++)
                Assert.InRange(MathF.Abs(rows[row][i] - backend.Logits(0)[i]), 0, allowed);
        }
    }

    [Fact]
    public void A_growing_cache_does_not_verify()
    {
        using var folder = new PublishedFolder().With(LayoutAgreementTests.Of("plain", "Fp32"));
        using var backend = folder.Open(verified: 9);
        Assert.Equal("its logits are told for the last token only", BackendProbe.Verification(backend, BackendProbe.Tolerance));
        Assert.Throws<NotSupportedException>(() => backend.Verify(0, [1, 2], 3));
    }

    // The managed kernels promise the same bits by any way.
    private static void Same(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string kernels)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.InRange(MathF.Abs(expected[i] - actual[i]), 0, kernels == "managed" ? 0 : 1e-4f);
    }
}
