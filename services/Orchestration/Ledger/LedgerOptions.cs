namespace Aigc.Orchestration.Ledger;

/// <summary>Settings of the ledger. Section <c>Aigc:Ledger</c>.</summary>
public sealed class LedgerOptions
{
    /// <summary>Currency of every price and budget, three letters. Amounts already written down are not converted when it is changed.</summary>
    public string Currency { get; set; } = "EUR";

    /// <summary>The tenant that sets prices; they hold for all.</summary>
    public string Owner { get; set; } = "default";

    /// <summary>How long a process may be silent about what it holds before it counts as gone.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long after that what it held stays set aside: outcomes of its work may still come, and until then it may have been spent.</summary>
    public TimeSpan ReleaseAfter { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long what a finished job or a closed holder had set aside stays so: what it used is told by other messages.</summary>
    public TimeSpan SettleAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a job may be silent before its process is asked whether there is such a job.</summary>
    public TimeSpan JobLease { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often leases are looked at, and entries that were written and not yet added up.</summary>
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromSeconds(1);
}
