namespace Aigc.Inference.Serving;

/// <summary>A model's entry in the host. Changed under the host's lock alone.</summary>
internal sealed class HostedModel
{
    /// <summary>The load; shared by everyone who asks meanwhile.</summary>
    public Task<LoadedModel> Loading { get; set; } = null!;

    /// <summary>Leases that are out.</summary>
    public int Users { get; set; }

    /// <summary>Order of the last use (<see cref="UseOrder"/>).</summary>
    public long LastUse { get; set; }

    /// <summary>Bytes that room was made for, until it is loaded.</summary>
    public long Promised { get; set; }

    /// <summary>Bytes that count against the budget.</summary>
    public long Bytes => IsReady ? Loading.Result.MemoryBytes : Promised;

    /// <summary>Taken out of the host; disposed when <see cref="Idle"/>.</summary>
    public bool Retired { get; set; }

    /// <summary>Completes when a retired model has no user left.</summary>
    public TaskCompletionSource Idle { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Loaded, not loading or failed.</summary>
    public bool IsReady => Loading.IsCompletedSuccessfully;
}

/// <summary>Keeps a model from being unloaded while it is used.</summary>
internal sealed class ModelLease(LoadedModel model, Action release) : IDisposable
{
    private Action? _release = release;

    /// <summary>The model.</summary>
    public LoadedModel Model => model;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
