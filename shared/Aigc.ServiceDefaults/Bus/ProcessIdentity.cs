namespace Aigc.ServiceDefaults.Bus;

/// <summary>Names this process among all that share queues and leases. New with every start, so that no lease survives by mistake.</summary>
public static class ProcessIdentity
{
    /// <summary>For example <c>worker-7.3021.5f3a9c</c>.</summary>
    public static string Current { get; } =
        $"{Environment.MachineName.ToLowerInvariant()}.{Environment.ProcessId}.{Guid.NewGuid().ToString("N")[..6]}";
}
