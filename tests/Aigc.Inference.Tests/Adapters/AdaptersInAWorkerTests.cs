using Aigc.Contracts;
using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Inference.Generations;
using Aigc.Inference.Serving;
using Aigc.Inference.Tests.Serving;
using Aigc.Models.Folders;
using Aigc.Models.Llama;
using Microsoft.Extensions.DependencyInjection;

namespace Aigc.Inference.Tests.Adapters;

public sealed class AdaptersInAWorkerTests
{
    private static readonly SamplingSpec Seeded = new() { Temperature = 1, Seed = 11, MaxTokens = 40 };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_adapter_beside_its_base_answers_as_the_merged_model_does()
    {
        await using var worker = new TestWorker();
        var adapter = new TestAdapter(1);
        var plain = await worker.Store("a");
        var merged = await worker.Store("merged", damage: model => LlamaGraph.Write(NanoModel.Shape, adapter, model.Path, WeightFormat.Fp32));
        var text = await Text(worker, plain with { Adapter = await worker.Store(adapter) }, Seeded);
        Assert.Equal(await Text(worker, merged, Seeded), text);
        Assert.NotEqual(await Text(worker, plain, Seeded), text);
        Assert.Equal(["a", "merged"], worker.Host.Loaded.Select(model => model.Reference.Name));
    }

    [Fact]
    public async Task Many_adapters_and_the_base_side_by_side_answer_as_each_does_alone()
    {
        await using var worker = new TestWorker();
        var models = await WithAdapters(worker, 5);
        var alone = new List<string>();
        foreach (var model in models)
            alone.Add(await Text(worker, model, Seeded));
        Assert.Equal(6, alone.Distinct().Count());
        for (var round = 0; round < 3; round++)
            Assert.Equal(alone, await Task.WhenAll(models.Select(model => Text(worker, model, Seeded))));
        Assert.Single(worker.Host.Loaded);
    }

    [Fact]
    public async Task Adapters_come_and_go_while_others_generate()
    {
        await using var worker = new TestWorker(new() { ["Aigc:Inference:AdapterSlots"] = "2" });
        var models = await WithAdapters(worker, 6);
        var expected = await Text(worker, models[1], Seeded with { MaxTokens = 110 });
        using var lease = await worker.Host.Acquire(models[1], Ct);
        for (var round = 0; round < 2; round++)
        {
            var running = Start(lease, models[1], Seeded with { MaxTokens = 110 });
            foreach (var other in models.Skip(2))
                Assert.NotEmpty(await Text(worker, other, Seeded with { MaxTokens = 3 }));
            Assert.Equal(expected, (await running.Completion).Text);
        }
        Assert.Contains(models[1].Adapter!.Digest, Report(worker).Select(adapter => adapter.Digest));
        Assert.Equal(2, Report(worker).Count);
    }

    [Fact]
    public async Task The_least_recently_used_adapter_goes_when_its_place_is_needed()
    {
        await using var worker = new TestWorker(new() { ["Aigc:Inference:AdapterSlots"] = "2" });
        var models = await WithAdapters(worker, 3);
        foreach (var model in (ModelRef[])[models[1], models[2], models[1], models[3]])
            (await worker.Host.Acquire(model, Ct)).Dispose();
        Assert.Equal(new[] { models[1], models[3] }.Select(model => model.Adapter!.Digest).Order(StringComparer.Ordinal), Report(worker).Select(adapter => adapter.Digest));
    }

    [Fact]
    public async Task An_adapter_in_use_keeps_its_place_and_the_next_one_waits()
    {
        await using var worker = new TestWorker(new() { ["Aigc:Inference:AdapterSlots"] = "1" });
        var models = await WithAdapters(worker, 2);
        var first = await worker.Host.Acquire(models[1], Ct);
        var second = worker.Host.Acquire(models[2], Ct);
        using var gaveUp = new CancellationTokenSource();
        var third = worker.Host.Acquire(models[2], gaveUp.Token);
        await gaveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        Assert.NotEmpty((await Start(first, models[1], Seeded).Completion).Text);
        Assert.False(second.IsCompleted);
        first.Dispose();
        using var lease = await second;
        Assert.Equal(models[2].Adapter!.Digest, Assert.Single(Report(worker)).Digest);
    }

    [Fact]
    public async Task An_adapter_is_read_once_however_many_ask_for_it()
    {
        await using var worker = new TestWorker();
        var model = (await WithAdapters(worker, 1))[1];
        var leases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => worker.Host.Acquire(model, Ct)));
        Assert.Equal(8, Assert.Single(Report(worker)).Users);
        foreach (var lease in leases)
            lease.Dispose();
        Assert.Equal(0, Assert.Single(Report(worker)).Users);
    }

    [Fact]
    public async Task An_adapter_that_does_not_fit_is_refused_by_tensor_and_the_base_goes_on()
    {
        await using var worker = new TestWorker();
        var models = await WithAdapters(worker, 1);
        using var sound = await worker.Host.Acquire(models[1], Ct);
        var running = Start(sound, models[1], Seeded with { MaxTokens = 100 });
        var odd = await worker.Store(new TestAdapter(7), directory => AdapterFolder.Write(directory, "base", LlamaShape.Tiny, 4, 4, new Dictionary<string, AdapterMatrices>
        {
            ["model.layers.0.self_attn.o_proj"] = new(new float[4 * 256], new float[256 * 4]),
        }));
        var problem = (await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(models[0] with { Adapter = odd }, Ct))).Problem;
        Assert.Equal(("model_not_loadable", "adapter_model.safetensors"), (problem.Code, problem.Param));
        Assert.Contains("model.layers.0.self_attn.o_proj.lora_A.weight", problem.Message, StringComparison.Ordinal);
        Assert.InRange((await running.Completion).CompletionTokens, 1, 100);
        Assert.Equal(models[1].Adapter!.Digest, Assert.Single(Report(worker)).Digest);
    }

    [Theory]
    [InlineData("adapter_config.json", "{", "adapter_config.json")]
    [InlineData("adapter_config.json", """{"peft_type":"LORA","r":99,"lora_alpha":1}""", "at most 64")]
    [InlineData("adapter_model.safetensors", "nothing", "adapter_model.safetensors")]
    public async Task A_corrupt_adapter_is_refused_by_file_and_a_sound_one_is_not(string file, string content, string named)
    {
        await using var worker = new TestWorker();
        var models = await WithAdapters(worker, 1);
        var corrupt = await worker.Store(new TestAdapter(7), directory => File.WriteAllText(Path.Combine(directory, file), content));
        var refused = await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(models[0] with { Adapter = corrupt }, Ct));
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(await Text(worker, models[1], Seeded));
    }

    [Fact]
    public async Task An_adapter_nobody_stored_is_a_clear_error()
    {
        await using var worker = new TestWorker();
        var model = await worker.Store("a");
        var nowhere = new ArtifactRef { Digest = new string('a', 64), Size = 1, MediaType = ArtifactRef.FolderMediaType };
        var refused = await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(model with { Adapter = nowhere }, Ct));
        Assert.Contains(nowhere.Digest, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_without_places_for_adapters_says_which_setting_it_is()
    {
        await using var worker = new TestWorker(new() { ["Aigc:Inference:AdapterSlots"] = "0" });
        var models = await WithAdapters(worker, 1);
        var refused = await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(models[1], Ct));
        Assert.Contains("AdapterSlots", refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(await Text(worker, models[0], Seeded));
    }

    [Fact]
    public async Task The_memory_of_adapters_is_counted()
    {
        await using var worker = new TestWorker();
        var models = await WithAdapters(worker, 2);
        using var plain = await worker.Host.Acquire(models[0], Ct);
        var before = plain.Model.MemoryBytes;
        using var lease = await worker.Host.Acquire(models[1], Ct);
        var adapter = Assert.Single(Report(worker));
        Assert.InRange(adapter.Bytes, sizeof(float) * LlamaAdapters.Values(NanoModel.Shape, 4), 2 * sizeof(float) * LlamaAdapters.Values(NanoModel.Shape, 4));
        Assert.Equal(before + adapter.Bytes, plain.Model.MemoryBytes);
    }

    [Fact]
    public async Task An_adapter_unloads_the_idle_model_that_was_used_least_recently()
    {
        await using var worker = await WithBudget(models: 2, adapters: 0.5);
        var (models, other) = (await WithAdapters(worker, 1), await worker.Store("other", seed: 2));
        (await worker.Host.Acquire(other, Ct)).Dispose();
        (await worker.Host.Acquire(models[0], Ct)).Dispose();
        Assert.Equal(["a", "other"], worker.Host.Loaded.Select(model => model.Reference.Name));
        using var lease = await worker.Host.Acquire(models[1], Ct);
        Assert.Equal("a", Assert.Single(worker.Host.Loaded).Reference.Name);
        Assert.NotEmpty((await Start(lease, models[1], Seeded).Completion).Text);
        var report = WorkerReport.Of(worker.Host);
        Assert.InRange(report.MemoryBytes, 1, report.MemoryBudgetBytes);
    }

    [Fact]
    public async Task An_idle_adapter_goes_before_its_base_and_before_what_was_used_later()
    {
        await using var worker = await WithBudget(models: 2, adapters: 1.5);
        var (models, other) = (await WithAdapters(worker, 2), await worker.Store("other", seed: 2));
        (await worker.Host.Acquire(models[1], Ct)).Dispose();
        (await worker.Host.Acquire(other, Ct)).Dispose();
        using var lease = await worker.Host.Acquire(models[2], Ct);
        Assert.Equal(["a", "other"], worker.Host.Loaded.Select(model => model.Reference.Name));
        Assert.Equal(models[2].Adapter!.Digest, Assert.Single(WorkerReport.Of(worker.Host).Models[0].Adapters).Digest);
    }

    [Fact]
    public async Task A_model_that_needs_memory_takes_it_from_idle_adapters()
    {
        await using var worker = await WithBudget(models: 2, adapters: 0.5);
        var models = await WithAdapters(worker, 1);
        (await worker.Host.Acquire(models[1], Ct)).Dispose();
        using var other = await worker.Host.Acquire(await worker.Store("other", seed: 2), Ct);
        Assert.Equal(["a", "other"], worker.Host.Loaded.Select(model => model.Reference.Name));
        Assert.Empty(WorkerReport.Of(worker.Host).Models[0].Adapters);
    }

    [Fact]
    public async Task An_adapter_without_room_beside_what_is_in_use_is_told_to_come_later()
    {
        await using var worker = await WithBudget(models: 1, adapters: 1.5);
        var models = await WithAdapters(worker, 2);
        using (await worker.Host.Acquire(models[1], Ct))
        {
            var problem = (await Assert.ThrowsAsync<GenerationFailedException>(() => worker.Host.Acquire(models[2], Ct))).Problem;
            Assert.Equal(("engine_overloaded", true), (problem.Code, problem.Transient));
        }
        using var lease = await worker.Host.Acquire(models[2], Ct);
        Assert.Equal(models[2].Adapter!.Digest, Assert.Single(Report(worker)).Digest);
    }

    [Fact]
    public async Task An_adapter_that_does_not_fit_beside_its_base_is_refused_with_figures()
    {
        await using var worker = await WithBudget(models: 1, adapters: 0.5);
        var models = await WithAdapters(worker, 1);
        var refused = await Assert.ThrowsAsync<ModelNotLoadableException>(() => worker.Host.Acquire(models[1], Ct));
        Assert.Contains("MemoryBudget", refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(await Text(worker, models[0], Seeded));
    }

    [Fact]
    public async Task An_answer_names_the_adapter_that_gave_it()
    {
        await using var worker = new TestWorker();
        var model = (await WithAdapters(worker, 1))[1];
        var outcome = await worker.Services.GetRequiredService<GenerationRunner>().Run(Command(model, Seeded), null, CancellationToken.None, CancellationToken.None);
        Assert.Equal(model.Adapter!.Digest, Assert.IsType<TextGenerated>(outcome).ModelDigest);
        Assert.Equal(0, Assert.Single(Report(worker)).Users);
    }

    /// <summary>A worker with memory for so many models and adapters.</summary>
    private static async Task<TestWorker> WithBudget(int models, double adapters)
    {
        await using var measure = new TestWorker();
        using var lease = await measure.Host.Acquire((await WithAdapters(measure, 1))[1], Ct);
        var adapter = Assert.Single(Report(measure)).Bytes;
        var budget = ((lease.Model.MemoryBytes - adapter) * models) + (long)(adapter * adapters);
        return new(new() { ["Aigc:Inference:MemoryBudget"] = budget.ToString(System.Globalization.CultureInfo.InvariantCulture) });
    }

    /// <summary>A base, alone first and then with each of some adapters.</summary>
    private static async Task<ModelRef[]> WithAdapters(TestWorker worker, int count)
    {
        var plain = await worker.Store("a");
        var models = new List<ModelRef> { plain };
        for (var seed = 1; seed <= count; seed++)
            models.Add(plain with { Adapter = await worker.Store(new TestAdapter(seed)), Tier = "micro" });
        return [.. models];
    }

    private static IReadOnlyList<AdapterReport> Report(TestWorker worker) => Assert.Single(WorkerReport.Of(worker.Host).Models).Adapters;

    private static async Task<string> Text(TestWorker worker, ModelRef model, SamplingSpec sampling)
    {
        using var lease = await worker.Host.Acquire(model, Ct);
        return (await Start(lease, model, sampling).Completion).Text;
    }

    private static ITextRun Start(ModelLease lease, ModelRef model, SamplingSpec sampling) =>
        Assert.Single(Assert.IsType<EngineModel>(lease.Model).Start(Command(model, sampling), TimeProvider.System.GetTimestamp()));

    private static GenerateText Command(ModelRef model, SamplingSpec sampling) => new()
    {
        GenerationId = Guid.NewGuid(),
        Job = new() { RootId = Guid.NewGuid(), Tenant = "t" },
        Model = model,
        Prompt = "Returns the number",
        Sampling = sampling,
    };
}
