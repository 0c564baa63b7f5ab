using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.ServiceDefaults.Sagas;

/// <summary>
/// One long process. The row holds the state, the deadline of the step it waits for, and how often that step was issued; all three
/// change in one compare-and-swap, so that no crash can separate them.
/// </summary>
public abstract class ProcessSaga : SagaStateMachineInstance, IDocument
{
    /// <inheritdoc />
    public Guid CorrelationId { get; set; }

    /// <inheritdoc />
    public string Id => CorrelationId.ToString();

    /// <inheritdoc />
    public int Version { get; set; }

    /// <summary>Name of the state.</summary>
    public string CurrentState { get; set; } = "Initial";

    /// <summary>Place in the tree of jobs.</summary>
    public JobLink Job { get; set; } = null!;

    /// <summary>Tenant, beside <see cref="Job"/> so that it can be queried.</summary>
    public string Tenant { get; set; } = "";

    /// <summary>Short name for a person.</summary>
    public string? Title { get; set; }

    /// <summary>Deadline of the pending step; null when none is pending.</summary>
    public DateTimeOffset? Due { get; set; }

    /// <summary>How often the pending step was issued again.</summary>
    public int Attempt { get; set; }

    /// <summary>When the process began.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When its state last changed.</summary>
    public DateTimeOffset ChangedAt { get; set; }

    /// <summary>Why it failed.</summary>
    public Problem? Problem { get; set; }

    /// <summary>What it used so far.</summary>
    public StepUsage Usage { get; set; } = new();

    /// <summary>Facts about the outcome, as the job shows them.</summary>
    public Dictionary<string, string> Result { get; set; } = [];

    /// <summary>Adds what one step used.</summary>
    public void Spend(StepUsage usage) => Usage = Usage with
    {
        Seconds = Usage.Seconds + usage.Seconds,
        CpuSeconds = Usage.CpuSeconds + usage.CpuSeconds,
        PeopleSeconds = Usage.PeopleSeconds + usage.PeopleSeconds,
        StoredBytes = Usage.StoredBytes + usage.StoredBytes,
        PeakMemoryBytes = Math.Max(Usage.PeakMemoryBytes, usage.PeakMemoryBytes),
        Device = usage.Device,
    };
}
