using Aigc.Contracts.Inference;
using Aigc.Contracts.ModelTraining;
using Aigc.Inference.Engine;
using Aigc.Inference.Generations;
using Aigc.Inference.Serving;
using Aigc.Inference.Tests.Engine;
using Aigc.Inference.Tests.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Aigc.Inference.Tests.Generations;

/// <summary>What becomes of a running generation when its client goes or its worker stops; a scripted model keeps it running until then.</summary>
public sealed class GenerationRunnerTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _abandoned = new();
    private readonly CancellationTokenSource _handBack = new();
    private readonly ManualResetEventSlim _running = new();
    private readonly TestWorker _worker;

    public GenerationRunnerTests()
    {
        var backend = new ScriptedBackend(1, 1 << 20, new string('a', 1 << 19)) { BeforeDecode = _ => _running.Set() };
        _worker = new(more: services => services.RemoveAll<IModelLoader>().AddSingleton<IModelLoader>(new ScriptedLoader(backend)));
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        _abandoned.Dispose();
        _handBack.Dispose();
        _running.Dispose();
    }

    [Fact]
    public async Task A_running_generation_whose_client_is_gone_is_cancelled()
    {
        var outcome = await Start();
        await _abandoned.CancelAsync();
        var cancelled = Assert.IsType<TextGenerationFailed>(await outcome);
        Assert.Equal(("cancelled", "t", "a"), (cancelled.Problem.Code, cancelled.Job?.Tenant, cancelled.Model));
        // What was computed until then is told, so that it can be paid for.
        Assert.True(cancelled is { PromptTokens: > 0, CompletionTokens: > 0 }, cancelled.ToString());
        await WaitForFreeSlots(Assert.IsType<EngineModel>(Assert.Single(_worker.Host.Loaded)));
    }

    [Fact]
    public async Task A_stopping_worker_hands_the_command_back_instead_of_failing_it()
    {
        var outcome = await Start();
        await _handBack.CancelAsync();
        var stopped = await Assert.ThrowsAsync<OperationCanceledException>(() => outcome);
        Assert.Equal(_handBack.Token, stopped.CancellationToken);
    }

    private async Task<Task<object>> Start()
    {
        var command = new GenerateText
        {
            GenerationId = Guid.NewGuid(),
            Job = new() { RootId = Guid.NewGuid(), Tenant = "t" },
            Model = await _worker.Store("a"),
            Prompt = "x",
            Sampling = new() { Temperature = 0, MaxTokens = 1 << 19 },
        };
        var outcome = _worker.Services.GetRequiredService<GenerationRunner>().Run(command, null, _abandoned.Token, _handBack.Token);
        await Task.Run(_running.Wait, TestContext.Current.CancellationToken);
        return outcome;
    }

    // The problem is told when the slot is free already; the figures of the loop follow with its next round.
    private static async Task WaitForFreeSlots(EngineModel model)
    {
        while (model.Generator.Load.Active > 0)
            await Task.Yield();
    }

    private sealed class ScriptedLoader(ScriptedBackend backend) : IModelLoader, IPromptFormat
    {
        public bool Recognises(string directory) => true;

        public long Estimate(ModelPlace place) => 1;

        public LoadedModel Load(ModelPlace place)
        {
            var model = place.Model;
            var limits = new SchedulerLimits(backend.Slots, backend.SlotLength);
            var generator = new TextGenerator(model.Name, backend, backend, limits, TestMeters.Instruments(), TimeProvider.System);
            return new EngineModel(model, generator, this, limits, 1, backend.Device);
        }

        public IReadOnlyList<int> Render(string prompt) => ScriptedBackend.Prompt(0);

        public IReadOnlyList<int> Render(IReadOnlyList<ChatTurn> turns, IReadOnlyList<ToolSpec>? tools = null) => ScriptedBackend.Prompt(0);
    }
}
