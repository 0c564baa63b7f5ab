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
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct);
        var usable = addresses.Where(allowed).ToArray();
        if (usable.Length == 0 && addresses.Length > 0)
        {
            throw new ProblemException("address_not_allowed", $"'{host}' is not on the public internet; an operator can allow such addresses with {setting}.", param);
        }

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
}
