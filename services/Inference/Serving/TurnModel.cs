using System.Diagnostics.CodeAnalysis;
using Aigc.Contracts.ModelTraining;

namespace Aigc.Inference.Serving;

/// <summary>What a model says of itself beside its numbers.</summary>
internal record TurnFacts(string Graph, string Device, long MemoryBytes, int MaxLength);

/// <summary>A model that works through each request in batches and keeps nothing between them: requests take turns, a batch at a time.</summary>
internal abstract class TurnModel(ModelRef reference, TurnFacts facts, TimeProvider time) : LoadedModel(reference)
{
    private readonly SemaphoreSlim _turn = new(1);
    private int _waiting;
    private long _batches, _tokens, _ticks;

    public override long MemoryBytes => facts.MemoryBytes;

    public override string Device => facts.Device;

    public override ModelReport Report => new(
        Reference.Name, Digest, Reference.Tier, Device, 1, _turn.CurrentCount == 0 ? 1 : 0, Math.Max(0, Volatile.Read(ref _waiting) - 1), facts.MaxLength, MemoryBytes,
        Interlocked.Read(ref _batches), Interlocked.Read(ref _tokens), time.GetElapsedTime(0, Interlocked.Read(ref _ticks)).TotalSeconds, 0)
    {
        Graph = facts.Graph,
    };

    [SuppressMessage("Usage", "CA1816", Justification = "Nothing here has a finalizer.")]
    public sealed override async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        Unload();
        _turn.Dispose();
    }

    /// <summary>Runs batches one after the other, each when it is this request's turn.</summary>
    /// <param name="batches">Made one by one, when the one before is done.</param>
    /// <param name="run">Computes a batch, and says how many tokens it had.</param>
    /// <param name="ct">Ends the wait.</param>
    protected async Task InTurns<TBatch>(IEnumerable<TBatch> batches, Func<TBatch, long> run, CancellationToken ct)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            foreach (var batch in batches)
            {
                await _turn.WaitAsync(ct);
                try
                {
                    await Task.Run(() => Run(batch, run), ct);
                }
                finally
                {
                    _turn.Release();
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Gives back what computes it. Nobody uses it any more.</summary>
    protected abstract void Unload();

    private void Run<TBatch>(TBatch batch, Func<TBatch, long> run)
    {
        var begun = time.GetTimestamp();
        var tokens = run(batch);
        Interlocked.Increment(ref _batches);
        Interlocked.Add(ref _tokens, tokens);
        Interlocked.Add(ref _ticks, time.GetTimestamp() - begun);
    }
}
