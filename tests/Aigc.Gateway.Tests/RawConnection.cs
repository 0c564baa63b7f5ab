using System.Net.Sockets;
using System.Text;

namespace Aigc.Gateway.Tests;

/// <summary>Bytes on a connection of their own, for what no client's library would send.</summary>
internal static class RawConnection
{
    /// <summary>Sends the bytes and reads what comes back until the other side hangs up; the last request should ask for that.</summary>
    public static async Task<string> Send(GatewayHost host, string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync(host.Address.Host, host.Address.Port, patience.Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), patience.Token);
        var answers = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, patience.Token) is > 0 and var read)
            {
                answers.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException)
        {
            // Hung up on with bytes unread, or left waiting for more of them: what has come is what there is.
        }

        return answers.ToString();
    }

    /// <summary>Status codes of the answers in what came back.</summary>
    public static IReadOnlyList<string> Statuses(string answers) =>
        [.. answers.Split("HTTP/1.1 ").Skip(1).Select(answer => answer[..3])];
}
