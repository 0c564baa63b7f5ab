using System.Net;
using System.Net.Sockets;
using Aigc.ServiceDefaults;

namespace Aigc.Distribution.Channels.Webhooks;

/// <summary>
/// Connects only to addresses a stranger may be sent to. The name is resolved here and the connection goes to the very address that was checked, so
/// a name that changes its mind between check and use gains nothing. Loopback, private, link-local (the cloud's metadata), shared and reserved
/// ranges are refused, in every spelling; an operator may allow networks of his own.
/// </summary>
internal sealed class AddressGuard(IReadOnlyList<IPNetwork> allowed)
{
    private static readonly IPNetwork[] Refused =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "100::/64", "2001::/32", "2001:db8::/32", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    // Ranges that carry an IPv4 address within: what counts is where the packet ends up.
    private static readonly (IPNetwork Network, int Offset)[] Embedding = [(IPNetwork.Parse("64:ff9b::/96"), 12), (IPNetwork.Parse("2002::/16"), 2)];

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    public async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct);
        var usable = addresses.Where(IsAllowed).ToArray();
        if (usable.Length == 0)
            throw new ProblemException("address_not_allowed", $"'{host}' is not a public address; an operator may allow its network in Aigc:Distribution:AllowedNetworks.", "channel.url");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(usable, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Whether an address may be connected to.</summary>
    public bool IsAllowed(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        foreach (var (network, offset) in Embedding)
        {
            if (network.Contains(address))
                address = new(address.GetAddressBytes().AsSpan(offset, 4));
        }

        return allowed.Any(network => network.Contains(address)) || !Refused.Any(network => network.Contains(address));
    }
}
