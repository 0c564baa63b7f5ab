using System.Diagnostics;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Tests.Adapters;
using Aigc.Inference.Tests.Serving;
using Aigc.Models.Llama;

namespace Aigc.Inference.Tests.Soak;

[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class SoakTests
{
    private const int Streams = 64;

    [Fact]
    public Task No_answer_is_lost_or_mixed_up_for_twenty_seconds() => Run(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(14), 1 << 26);

    /// <summary>Run with <c>-explicit only</c>.</summary>
    [Fact(Explicit = true)]
    public Task No_answer_is_lost_or_mixed_up_for_five_minutes() => Run(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(270), 1 << 25);

    private static async Task Run(TimeSpan warmUp, TimeSpan time, long mayGrow)
    {
        await using var worker = new TestWorker(new() { ["Aigc:Inference:Slots"] = "4" });
        var soak = new Soak(worker);
        // In 8 bits: the managed kernels, where the processor has them.
        var (a, b) = (await worker.Store("a", 1), await worker.Store("b", 2, model => LlamaGraph.Write(NanoModel.Shape, new RandomWeights(NanoModel.Shape, 2), model.Path, WeightFormat.Int8)));
        ModelRef[] micro =
        [
            a with { Name = "a+1", Adapter = await worker.Store(new TestAdapter(1)) },
            a with { Name = "a+2", Adapter = await worker.Store(new TestAdapter(2, rank: 7)) },
            b with { Name = "b+3", Adapter = await worker.Store(new TestAdapter(3, rank: 2)) },
        ];
        await soak.Prepare([a, b, await worker.Store("c", 3), .. micro]);
        await soak.Run(Streams, warmUp);
        var (managed, resident) = Memory();
        var (answers, tokens) = (soak.Answers, soak.Tokens);
        await soak.Run(Streams, time);
        var (managedAfter, residentAfter) = Memory();
        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant(
            $"{soak.Answers} answers and {soak.Cancelled} cancelled, {soak.CachedTokens} prompt tokens found, {(soak.Tokens - tokens) / time.TotalSeconds:f0} tokens/s; managed {managed >> 10} -> {managedAfter >> 10} KiB, resident {resident >> 20} -> {residentAfter >> 20} MiB"));
        Assert.True(soak.Answers > answers && soak.Cancelled > 0 && soak.CachedTokens > 0);
        Assert.InRange(managedAfter - managed, long.MinValue, 1 << 23);
        Assert.InRange(residentAfter - resident, long.MinValue, mayGrow);
        while (worker.Host.Loaded.Any(model => model.Report.SlotsInUse + model.Report.Waiting > 0))
            await Task.Yield(); // the figures follow with the loop's next round
    }

    private static (long Managed, long Resident) Memory()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var process = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64);
    }
}
