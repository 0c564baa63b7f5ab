using System.Net;
using System.Net.Sockets;

namespace Aigc.ServiceDefaults.Outbound;

/// <summary>
/// Connects to addresses a stranger may send us to, and to no others. The name is resolved here and the connection goes to the very
/// address that was checked, so a name that changes its mind between check and use gains nothing.
/// </summary>
/// <param name="allowed">Which addresses may be connected to; <see cref="PublicAddresses.Contains"/> where nobody says otherwise.</param>
/// <param name="setting">The setting with which an operator allows more; named in the error.</param>
/// <param name="param">The input an address comes from; named in the error.</param>
public sealed class GuardedConnect(Func<IPAddress, bool> allowed, string setting, string param)
{
    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>.</summary>
    /// <exception cref="ProblemException"><c>address_not_allowed</c>; the handler wraps it in an <see cref="HttpRequestException"/>.</exception>
    public async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var usable = await Usable(context.DnsEndPoint.Host, ct);
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

    /// <summary>The addresses of a host that may be connected to. Whoever takes an address for later asks here first, and connects through the guard all the same.</summary>
    /// <exception cref="ProblemException"><c>address_not_allowed</c>: it has addresses, and none may be.</exception>
    /// <exception cref="SocketException">The name is not known.</exception>
    public async Task<IPAddress[]> Usable(string host, CancellationToken ct)
    {
        // A host name may end with a dot, and IPv6 comes in brackets from a URL.
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct);
        var usable = addresses.Where(allowed).ToArray();
        return usable.Length > 0 || addresses.Length == 0
            ? usable
            : throw new ProblemException("address_not_allowed", $"'{host}' is not on the public internet; an operator can allow such addresses with {setting}.", param);
    }

    /// <summary>
    /// A handler that goes where the guard allows: no redirects, since the next address is the stranger's choice too; no proxy, which would
    /// connect on our behalf, past the guard; no cookies.
    /// </summary>
    public SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectCallback = Connect,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        MaxResponseHeadersLength = 32,
    };
}
