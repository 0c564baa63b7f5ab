namespace Aigc.ServiceDefaults.Work;

/// <summary>Leases of long work. Section <c>Aigc:Work</c>.</summary>
public sealed class WorkOptions
{
    /// <summary>How long a lease holds without a heartbeat: the time after which another process takes over from a dead one.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the lease is renewed.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How often a process looks for work whose holder is gone.</summary>
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Failures after which work is given up; being killed is none.</summary>
    public int MaxAttempts { get; set; } = 5;
}
