using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Inference.Serving;
using Aigc.Models.Llama;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.Inference.Tests.Serving;

public sealed class ModelHostTests
{
    private static readonly SamplingSpec Seeded = new() { Temperature = 1, Seed = 11, MaxTokens = 40 };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_seed_gives_the_same_text_alone_and_among_others()
    {
        await using var worker = new TestWorker();
        using var lease = await worker.Host.Acquire(await worker.Store("a"), Ct);
        var alone = await Run(lease, "Returns the number", Seeded);
        var together = await Task.WhenAll(
            Run(lease, "The quick brown fox", Seeded with { Seed = 1 }),
            Run(lease, "int x", Seeded with { Seed = 2, MaxTokens = 25 }),
            Run(lease, "Returns the number", Seeded),
            Run(lease, "zero", Seeded with { Seed = 3, Temperature = 0.5 }));
        Assert.Equal(alone.Text, together[2].Text);
        Assert.NotEqual(alone.Text, together[0].Text);
    }

    [Fact]
    public async Task A_model_is_loaded_once_however_many_ask_for_it()
    {
        await using var worker = new TestWorker();
        var model = await worker.Store("a");
        var leases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => worker.Host.Acquire(model, Ct)));
        Assert.Single(leases.Select(lease => lease.Model).Distinct());
        Assert.Single(worker.Host.Loaded);
    }

    [Theory]
    [InlineData(WeightFormat.Fp32)]
    [InlineData(WeightFormat.Int8)]
    [InlineData(WeightFormat.Int4)]
    [InlineData(WeightFormat.Int4Block128)]
    [InlineData(WeightFormat.Fp16)]
    public async Task Every_weight_format_we_export_is_served(WeightFormat format)
    {
        await using var worker = new TestWorker();
        using var model = new NanoModel(1, format);
        using var lease = await worker.Host.Acquire(await worker.Store("a", model.Path), Ct);
        Assert.Equal(20, (await Run(lease, "The", Seeded with { MaxTokens = 20, LogitBias = new Dictionary<int, double> { [1] = -100 } })).CompletionTokens);
    }

    [Fact]
    public async Task A_model_loads_while_another_generates()
    {
        await using var worker = new TestWorker();
        using var first = await worker.Host.Acquire(await worker.Store("a"), Ct);
        var second = await worker.Store("b", seed: 2);
        var running = Start(first, "The", Seeded with { MaxTokens = 100 });
        using var lease = await worker.Host.Acquire(second, Ct);
        Assert.NotEmpty((await Run(lease, "The", Seeded)).Text);
        Assert.InRange((await running.Completion).CompletionTokens, 1, 100);
        Assert.Equal(["a", "b"], worker.Host.Loaded.Select(model => model.Reference.Name));
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("config.json")]
    [InlineData("model.onnx")]
    [InlineData("model.onnx.data")]
    public async Task A_missing_file_is_named_and_the_other_models_go_on(string file)
    {
        await using var worker = new TestWorker();
        using var sound = await worker.Host.Acquire(await worker.Store("sound"), Ct);
        var broken = await worker.Store("broken", seed: 2, model => File.Delete(model.FileOf(file)));
        var problem = (await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(broken, Ct))).Problem;
        Assert.Equal("model_not_loadable", problem.Code);
        Assert.Contains(file, problem.Message, StringComparison.Ordinal);
        Assert.NotEmpty((await Run(sound, "The", Seeded)).Text);
        Assert.Single(worker.Host.Loaded);
    }

    [Theory]
    [InlineData("tokenizer.json", "{")]
    [InlineData("config.json", "{\"model_type\":\"llama\"}")]
    [InlineData("model.onnx", "this is not a graph")]
    public async Task A_corrupt_file_is_named_with_the_reason(string file, string content)
    {
        await using var worker = new TestWorker();
        var broken = await worker.Store("broken", damage: model => File.WriteAllText(model.FileOf(file), content));
        var problem = (await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(broken, Ct))).Problem;
        Assert.Equal(file, problem.Param);
        Assert.Empty(worker.Host.Loaded);
    }

    [Fact]
    public async Task A_folder_nobody_stored_is_a_clear_error()
    {
        await using var worker = new TestWorker();
        var nowhere = new ArtifactRef { Digest = new string('a', 64), Size = 1, MediaType = ArtifactRef.FolderMediaType };
        var model = new ModelRef { Name = "x", Folder = nowhere, Tier = "small", ContextLength = 128 };
        await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(model, Ct));
    }

    [Fact]
    public async Task The_least_recently_used_model_goes_when_memory_is_short()
    {
        var (worker, _) = await WithRoomForTwo();
        await using var _1 = worker;
        ModelRef a = await worker.Store("a", 1), b = await worker.Store("b", 2), c = await worker.Store("c", 3);
        (await worker.Host.Acquire(a, Ct)).Dispose();
        (await worker.Host.Acquire(b, Ct)).Dispose();
        (await worker.Host.Acquire(a, Ct)).Dispose();
        (await worker.Host.Acquire(c, Ct)).Dispose();
        Assert.Equal(["a", "c"], worker.Host.Loaded.Select(model => model.Reference.Name));
    }

    [Fact]
    public async Task A_model_in_use_answers_before_it_goes()
    {
        var (worker, _) = await WithRoomForTwo();
        await using var _1 = worker;
        using var a = await worker.Host.Acquire(await worker.Store("a", 1), Ct);
        using var b = await worker.Host.Acquire(await worker.Store("b", 2), Ct);
        var third = worker.Host.Acquire(await worker.Store("c", 3), Ct);
        Assert.NotEmpty((await Run(a, "The", Seeded)).Text);
        Assert.False(third.IsCompleted);
        a.Dispose();
        using var c = await third;
        Assert.Equal(["b", "c"], worker.Host.Loaded.Select(model => model.Reference.Name));
    }

    [Fact]
    public async Task A_model_larger_than_the_budget_is_refused_with_figures()
    {
        await using var worker = new TestWorker(new() { ["Aigc:Inference:MemoryBudget"] = "1000" });
        var model = await worker.Store("large");
        var problem = (await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(model, Ct))).Problem;
        Assert.Contains("MemoryBudget", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cuda_in_a_build_without_it_is_refused_by_name()
    {
        Assert.SkipWhen(OrtSessions.HasCuda, "This build has CUDA.");
        await using var worker = new TestWorker(new() { ["Aigc:Inference:Device"] = "cuda" });
        var model = await worker.Store("a");
        var problem = (await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(model, Ct))).Problem;
        Assert.Contains("-p:OnnxRuntime=Gpu", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_report_names_models_slots_and_memory()
    {
        await using var worker = new TestWorker();
        using var lease = await worker.Host.Acquire(await worker.Store("a"), Ct);
        await Run(lease, "The", Seeded);
        var report = WorkerReport.Of(worker.Host);
        var model = Assert.Single(report.Models);
        Assert.Equal(("a", 4, "cpu", 128), (model.Name, model.Slots, model.Device, model.ContextLength));
        Assert.True(model.MemoryBytes > 0 && model.MemoryBytes == report.MemoryBytes && report.MemoryBytes < report.MemoryBudgetBytes);
    }

    private static async Task<(TestWorker Worker, long Bytes)> WithRoomForTwo()
    {
        await using var measure = new TestWorker();
        using var lease = await measure.Host.Acquire(await measure.Store("measure"), Ct);
        var bytes = lease.Model.MemoryBytes;
        var budget = ((bytes * 5) / 2).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return (new TestWorker(new() { ["Aigc:Inference:MemoryBudget"] = budget }), bytes);
    }

    private static Task<GenerationResult> Run(ModelLease lease, string prompt, SamplingSpec sampling) => Start(lease, prompt, sampling).Completion;

    private static ITextRun Start(ModelLease lease, string prompt, SamplingSpec sampling)
    {
        var model = Assert.IsType<EngineModel>(lease.Model);
        var command = new GenerateText
        {
            GenerationId = Guid.NewGuid(),
            Job = new() { RootId = Guid.NewGuid(), Tenant = "t" },
            Model = model.Reference,
            Prompt = prompt,
            Sampling = sampling,
        };
        return Assert.Single(model.Start(command, TimeProvider.System.GetTimestamp()));
    }
}
