using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Aigc.Gateway.Access;

/// <summary>Sign-ins a network address may try in a minute, at this process: guessing at many accounts is as slow as at one.</summary>
internal sealed class SignInRates : IAsyncDisposable
{
    // Who has one IPv6 address has 2^64 of them.
    private const int NetworkBytes = 8;

    private readonly PartitionedRateLimiter<IPAddress> _addresses;

    public SignInRates(IOptions<GatewayOptions> options) => _addresses = PartitionedRateLimiter.Create<IPAddress, string>(
        address => RateLimitPartition.GetFixedWindowLimiter(NetworkOf(address), _ => new FixedWindowRateLimiterOptions
        {
            PermitLimit = options.Value.SignInsPerMinute,
            Window = TimeSpan.FromMinutes(1),
            QueueLimit = 0,
        }));

    /// <summary>How long to wait when the address has tried too often; null when it may try.</summary>
    public TimeSpan? Wait(HttpContext context)
    {
        using var lease = _addresses.AttemptAcquire(context.Connection.RemoteIpAddress ?? IPAddress.None);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromMinutes(1);
    }

    public ValueTask DisposeAsync() => _addresses.DisposeAsync();

    private static string NetworkOf(IPAddress address) => address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false }
        ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes))
        : address.MapToIPv4().ToString();
}
