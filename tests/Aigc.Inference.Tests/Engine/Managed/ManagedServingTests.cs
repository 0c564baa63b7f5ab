using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Managed;
using Aigc.Inference.Serving;
using Aigc.Inference.Tests.Adapters;
using Aigc.Inference.Tests.Serving;
using Aigc.Models.Llama;

namespace Aigc.Inference.Tests.Engine.Managed;

/// <summary>Folders served by the managed kernels, through the host and through the loop.</summary>
public sealed class ManagedServingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("auto", "0", WeightFormat.Int8, true)]
    [InlineData("auto", "0", WeightFormat.Int4, true)]
    [InlineData("auto", "0", WeightFormat.Fp32, false)]
    [InlineData("auto", "8", WeightFormat.Int8, false)]
    [InlineData("onnxruntime", "0", WeightFormat.Int8, false)]
    [InlineData("managed", "8", WeightFormat.Int8, true)]
    public async Task The_report_shows_which_kernels_serve(string setting, string adapters, WeightFormat format, bool managed)
    {
        if (setting == "auto" && managed && KernelSets.Best == KernelSet.Portable)
            Assert.Skip("This processor has neither AVX2 nor AVX-512.");
        await using var worker = Worker(setting, adapters);
        using var model = new NanoModel(format: format);
        using var lease = await worker.Host.Acquire(await worker.Store("a", model.Path), Ct);
        var kernels = Assert.Single(WorkerReport.Of(worker.Host).Models).Kernels;
        Assert.Equal(managed ? $"managed, {KernelSets.Best}" : "onnxruntime", kernels);
    }

    [Fact]
    public async Task A_folder_that_the_required_kernels_do_not_take_says_why()
    {
        await using var worker = Worker("managed", "0");
        var refused = await Assert.ThrowsAsync<ModelNotLoadableException>(async () => await worker.Host.Acquire(await worker.Store("a"), Ct));
        Assert.Contains("the managed kernels do not take it: the graph uses", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adapter_is_refused_with_the_setting_that_would_take_it()
    {
        await using var worker = Worker("managed", "8");
        using var model = new NanoModel(format: WeightFormat.Int8);
        var base_ = await worker.Store("a", model.Path);
        using var lease = await worker.Host.Acquire(base_, Ct);
        var refused = await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(base_ with { Adapter = base_.Folder }, Ct));
        Assert.Contains("set Aigc:Inference:Kernels to onnxruntime", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    public async Task The_same_request_gives_the_same_text_alone_and_in_company(WeightFormat format)
    {
        using var folder = new ManagedFolder(format);
        var alone = new string[8];
        for (var i = 0; i < alone.Length; i++)
        {
            await using var generator = Open(folder, slots: 1);
            alone[i] = (await generator.Start(Request(i)).Completion).Text;
        }
        Assert.Equal(8, alone.Distinct().Count());
        foreach (var slots in (int[])[2, 5, 8])
        {
            await using var generator = Open(folder, slots);
            for (var round = 0; round < 2; round++)
            {
                var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => generator.Start(Request(i)).Completion));
                Assert.Equal(alone, together.Select(result => result.Text));
            }
        }
    }

    private static TestWorker Worker(string kernels, string adapters) =>
        new(new() { ["Aigc:Inference:Kernels"] = kernels, ["Aigc:Inference:AdapterSlots"] = adapters });

    private static GenerationRequest Request(int seed) =>
        new(NanoModel.Tokens(20 + seed, seed), new SamplingSpec { Temperature = 1, MaxTokens = 40, Seed = seed }, TimeProvider.System.GetTimestamp()) { CacheKey = "t" };

    private static TextGenerator Open(ManagedFolder folder, int slots) =>
        new("managed", folder.Open(slots, 128, threads: 2), new Numbers(), new OrtOptions(slots, 128, ChunkAlone: 64, ChunkShared: 8).Limits(100), TestMeters.Instruments(), TimeProvider.System);

    /// <summary>Every token is a character of its own and none ends.</summary>
    private sealed class Numbers : ITokenText
    {
        private static readonly byte[][] Spelled = [.. Enumerable.Range(0, 2048).Select(token => System.Text.Encoding.UTF8.GetBytes([(char)(0x4E00 + token)]))];

        public bool IsEnd(int token) => false;

        public ReadOnlySpan<byte> BytesOf(int token) => Spelled[token];
    }
}
