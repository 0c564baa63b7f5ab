namespace Aigc.DataSupply;

/// <summary>Section <c>Aigc:DataSupply</c>.</summary>
internal sealed class DataSupplyOptions
{
    /// <summary>Shards prepared at once in one process; 0 for one a processor.</summary>
    public int Workers { get; set; }

    /// <summary>Whether <c>http</c> sources may reach addresses that are not of the public internet. Only for an operator who trusts everybody that may start a build.</summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Seconds one page may take, redirects included.</summary>
    public int HttpSeconds { get; set; } = 60;
}
