using Aigc.Contracts.Inference;
using Aigc.Inference.Engine;
using Aigc.Inference.Engine.Managed;
using Aigc.Inference.Serving;
using Aigc.Inference.Tests.Adapters;
using Aigc.Inference.Tests.Serving;
using Aigc.Models.Llama;
using Aigc.Models.Onnx;

namespace Aigc.Inference.Tests.Engine.Managed;

/// <summary>Folders served by the managed kernels, through the host and through the loop.</summary>
public sealed class ManagedServingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("auto", "0", WeightFormat.Int8, true)]
    [InlineData("auto", "0", WeightFormat.Int4, true)]
    [InlineData("auto", "0", WeightFormat.Fp32, false)]
    [InlineData("auto", "8", WeightFormat.Int8, true)]
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
    public async Task Adapters_are_taken_in_half_precision_and_switched_off_where_there_is_no_place()
    {
        using var model = new NanoModel(format: WeightFormat.Int8);
        await using var worker = Worker("managed", "2");
        var adapted = await worker.Store("a", model.Path);
        using var lease = await worker.Host.Acquire(adapted with { Adapter = await worker.Store(new TestAdapter(1)) }, Ct);
        var shelf = ((EngineModel)lease.Model).Adapters;
        // Ranks of four fill their blocks; widths of the nano shape do as well.
        Assert.InRange(Assert.Single(shelf.Report).Bytes, 2 * LlamaAdapters.Values(NanoModel.Shape, 4), (2 * LlamaAdapters.Values(NanoModel.Shape, 4)) + 64);
        await using var without = Worker("managed", "0");
        adapted = await without.Store("a", model.Path);
        var refused = await Assert.ThrowsAsync<ModelNotLoadableException>(async () => await without.Host.Acquire(adapted with { Adapter = await without.Store(new TestAdapter(1)) }, Ct));
        Assert.Contains("AdapterSlots is 0", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    public async Task The_memory_is_that_of_the_packed_weights_the_cache_and_the_adapters(WeightFormat format)
    {
        using var model = new NanoModel(format: format);
        await using var worker = Worker("managed", "2");
        var plain = await worker.Store("a", model.Path);
        using var lease = await worker.Host.Acquire(plain, Ct);
        using var graph = new ManagedDecoderBackend(OnnxFile.Read(model.FileOf("model.onnx")), model.FileOf("model.onnx"), NanoModel.Shape, new OrtOptions(4, NanoModel.Shape.ContextLength, 1));
        var before = lease.Model.MemoryBytes;
        Assert.Equal(graph.WeightBytes + graph.KvBytes, before);
        // A byte, or half of one, and a half-precision scale for 32 of them; norms and rotary tables are floats.
        var weights = ((long)NanoModel.Shape.Vocabulary * NanoModel.Shape.Dim) + LlamaAdapters.Sites(NanoModel.Shape).Sum(site => (long)site.In * site.Out);
        var bits = format == WeightFormat.Int8 ? 8.5 : 4.5;
        var floats = (((2 * NanoModel.Shape.Layers) + 1) * NanoModel.Shape.Dim) + (NanoModel.Shape.ContextLength * NanoModel.Shape.HeadDim);
        Assert.Equal((long)(weights * bits / 8) + (floats * sizeof(float)), graph.WeightBytes);
        using var second = await worker.Host.Acquire(plain with { Adapter = await worker.Store(new TestAdapter(1)) }, Ct);
        Assert.Equal(before + ((EngineModel)lease.Model).Adapters.Bytes, lease.Model.MemoryBytes);
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
