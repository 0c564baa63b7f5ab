using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Aigc.Gateway.Edge;

/// <summary>Where a key stands with its requests.</summary>
internal readonly record struct Rate(bool Allowed, int Limit, long Remaining, TimeSpan Reset, TimeSpan RetryAfter);

/// <summary>A bucket of requests per key, refilled a little every second. Each gateway process counts for itself.</summary>
internal sealed class RequestRates : IAsyncDisposable
{
    private static readonly TimeSpan Refill = TimeSpan.FromSeconds(1);

    private readonly int _limit;
    private readonly int _perRefill;
    private readonly PartitionedRateLimiter<string> _buckets;

    public RequestRates(IOptions<GatewayOptions> options)
    {
        _limit = options.Value.RequestsPerMinute;
        _perRefill = Math.Max(1, _limit / 60);
        _buckets = PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = _limit,
            TokensPerPeriod = _perRefill,
            ReplenishmentPeriod = Refill,
            QueueLimit = 0,
            AutoReplenishment = true,
        }));
    }

    public Rate Take(string key)
    {
        using var lease = _buckets.AttemptAcquire(key);
        var remaining = _buckets.GetStatistics(key)?.CurrentAvailablePermits ?? 0;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.Zero;
        return new Rate(lease.IsAcquired, _limit, remaining, Refill * Math.Ceiling((_limit - remaining) / (double)_perRefill), wait);
    }

    public ValueTask DisposeAsync() => _buckets.DisposeAsync();
}
