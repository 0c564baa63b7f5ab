namespace Aigc.Contracts;

/// <summary>What one finished step used; the ledger turns it into money by the price list.</summary>
public sealed record StepUsage
{
    /// <summary>Wall-clock seconds the step ran (summed over shards).</summary>
    public double Seconds { get; init; }

    /// <summary>Processor seconds, where the step could measure them.</summary>
    public double CpuSeconds { get; init; }

    /// <summary><c>cpu</c> or the accelerator's name.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Largest resident set seen, in bytes; 0 when unknown.</summary>
    public long PeakMemoryBytes { get; init; }

    /// <summary>Seconds of people's work.</summary>
    public double PeopleSeconds { get; init; }

    /// <summary>Bytes stored for good.</summary>
    public long StoredBytes { get; init; }
}
