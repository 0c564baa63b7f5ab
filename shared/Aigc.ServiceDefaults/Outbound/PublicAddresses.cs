using System.Net;
using System.Net.Sockets;

namespace Aigc.ServiceDefaults.Outbound;

/// <summary>
/// Which addresses belong to the public internet. Everything IANA's special-purpose registries set aside is out: loopback, private, link-local
/// (cloud metadata), carrier-grade NAT, documentation, multicast; and whatever smuggles such an IPv4 address inside an IPv6 one.
/// </summary>
public static class PublicAddresses
{
    private static readonly IPNetwork[] SpecialV4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    private static readonly IPNetwork[] SpecialV6 =
        [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(network => IPNetwork.Parse(network))];

    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>The public internet, and the networks an operator adds to it.</summary>
    public static Func<IPAddress, bool> And(IReadOnlyList<IPNetwork> allowed) => address =>
        Contains(address) || allowed.Any(network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    /// <summary>True when the address is one of the public internet.</summary>
    public static bool Contains(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return Contains(address.MapToIPv4());
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !SpecialV4.Any(network => network.Contains(address));
        }

        return Nat64.Contains(address)
            ? Contains(new IPAddress(address.GetAddressBytes().AsSpan(12)))
            : GlobalV6.Contains(address) && !SpecialV6.Any(network => network.Contains(address));
    }
}
