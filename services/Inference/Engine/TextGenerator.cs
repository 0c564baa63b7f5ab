using System.Collections.Concurrent;
using Aigc.Contracts;
using Aigc.Inference.Engine.Drafts;

namespace Aigc.Inference.Engine;

/// <summary>
/// One loaded model's loop on a thread of its own: step = schedule → run → postprocess. Everything below <see cref="Loop"/> runs on that thread alone;
/// requests come in through a queue, answers leave through each request's <see cref="RunningGeneration"/>.
/// </summary>
internal sealed class TextGenerator : IAsyncDisposable
{
    private readonly GenerationSteps _steps;
    private readonly ConcurrentQueue<RunningGeneration> _arrivals = new();
    private readonly ManualResetEventSlim _wake = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IDecoderBackend _backend;
    private readonly Drafting? _drafting;
    private readonly int _slotLength;
    private volatile bool _stopping;

    /// <summary>Takes over <paramref name="backend"/> and <paramref name="drafting"/>, if there is one, and starts the loop.</summary>
    public TextGenerator(
        string model, IDecoderBackend backend, ITokenText tokens, SchedulerLimits limits, InferenceInstruments instruments, TimeProvider time, Drafting? drafting = null)
    {
        (_backend, _slotLength, _drafting) = (backend, limits.SlotLength, drafting);
        _steps = new(model, backend, tokens, limits, instruments, time, drafting);
        new Thread(Loop) { IsBackground = true, Name = "generator " + model }.Start();
    }

    /// <summary>Tokens the model knows: ids are below it.</summary>
    public int VocabularySize => _backend.VocabularySize;

    /// <summary>What the loop has done.</summary>
    public EngineStatistics Statistics => _steps.Statistics;

    /// <summary>Slots in use and sequences waiting, as of the last step.</summary>
    public (int Active, int Waiting) Load => _steps.Load;

    /// <summary>Starts a request; the outcome, refusals included, is its <see cref="RunningGeneration.Completion"/>.</summary>
    public RunningGeneration Start(GenerationRequest request)
    {
        var generation = new RunningGeneration(request, _slotLength, _wake.Set);
        if (_stopping)
        {
            generation.Fail(Problems.Unloaded);
            return generation;
        }
        _arrivals.Enqueue(generation);
        _wake.Set();
        if (_ended.Task.IsCompleted)
            FailArrivals(); // the loop ended between the check and the queue
        return generation;
    }

    /// <summary>Ends the loop after the step that runs; whoever is not finished is told to send again.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _wake.Set();
        await _ended.Task;
    }

    private void Loop()
    {
        while (!_stopping)
        {
            _wake.Reset();
            while (_arrivals.TryDequeue(out var arrival))
                _steps.Accept(arrival);
            if (!_steps.Run() && !_stopping && _arrivals.IsEmpty)
                _wake.Wait();
        }
        _steps.FailAll(Problems.Unloaded);
        _backend.Dispose();
        _drafting?.Dispose();
        _ended.SetResult();
        FailArrivals();
    }

    private void FailArrivals()
    {
        while (_arrivals.TryDequeue(out var late))
            late.Fail(Problems.Unloaded);
    }
}
