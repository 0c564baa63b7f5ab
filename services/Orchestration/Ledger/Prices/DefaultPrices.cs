using Aigc.Contracts.Orchestration;

namespace Aigc.Orchestration.Ledger.Prices;

/// <summary>
/// What holds until somebody says otherwise, so that a laptop's costs are seen and not nothing: the order of what such things are rented for. A processor
/// second is 5 cents an hour, an accelerator second 2.50 an hour, an hour of a person's work 25, a gibibyte stored 10 cents; tokens as a small model's are sold.
/// </summary>
internal static class DefaultPrices
{
    public static Price All { get; } = new()
    {
        Model = "*",
        From = DateTimeOffset.UnixEpoch,
        Rates = new Dictionary<string, long>
        {
            [Meters.InputTokens] = 50_000_000,
            [Meters.CachedTokens] = 12_500_000,
            [Meters.OutputTokens] = 200_000_000,
            [Meters.Images] = 5_000_000,
            [Meters.VideoSeconds] = 50_000_000,
            [Meters.CpuSeconds] = 13_889,
            [Meters.GpuSeconds] = 694_444,
            [Meters.PeopleHours] = 25_000_000_000,
            [Meters.StoredGibibytes] = 100_000_000,
        },
    };
}
