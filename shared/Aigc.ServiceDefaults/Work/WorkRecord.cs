using Aigc.Contracts.Jobs;
using Aigc.Storage.Leases;

namespace Aigc.ServiceDefaults.Work;

/// <summary>State of a piece of work.</summary>
internal enum WorkStatus
{
    Open,
    Finished,
    Cancelled,
}

/// <summary>A piece of long work: its command, who has it, and how it ended.</summary>
internal sealed class WorkRecord : ILeased
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public Lease? Lease { get; set; }

    /// <summary>Command type; the runner of that type takes it.</summary>
    public required string Kind { get; init; }

    public required string Command { get; init; }

    public required Guid JobId { get; init; }

    public required JobLink Job { get; init; }

    public WorkStatus Status { get; set; }

    /// <summary>When somebody may take it (again); null once it has ended.</summary>
    public DateTimeOffset? ClaimableAt { get; set; }

    /// <summary>Times it was started.</summary>
    public int Attempt { get; set; }

    /// <summary>Times it ended by an accident of its own.</summary>
    public int Failures { get; set; }

    /// <summary>Type and JSON of the event it ended with, kept so that it can be told again.</summary>
    public string? OutcomeType { get; set; }

    public string? Outcome { get; set; }
}
