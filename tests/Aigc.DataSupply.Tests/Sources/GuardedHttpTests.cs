using System.Net;
using System.Net.Sockets;
using System.Text;
using Aigc.DataSupply.Sources;
using Aigc.ServiceDefaults;

namespace Aigc.DataSupply.Tests.Sources;

public sealed class GuardedHttpTests
{
    [Theory]
    [InlineData("http://127.0.0.1:9/")]
    [InlineData("http://0.0.0.0:9/")]
    [InlineData("http://[::]:9/")]
    [InlineData("http://[::1]:9/")]
    [InlineData("http://[::ffff:127.0.0.1]:9/")]
    [InlineData("http://localhost:9/")]
    [InlineData("http://2130706433:9/")]
    [InlineData("http://0x7f.1:9/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    public async Task Addresses_inside_are_refused(string page)
    {
        using var http = new GuardedHttp(new());

        var error = await Assert.ThrowsAsync<ProblemException>(() => http.Get(new(page), TestContext.Current.CancellationToken));

        Assert.Equal("address_not_allowed", error.Problem.Code);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "scheme_not_allowed")]
    [InlineData("gopher://example.org/", "scheme_not_allowed")]
    [InlineData("ftp://example.org/", "scheme_not_allowed")]
    [InlineData("http://user:secret@example.org/", "credentials_in_url")]
    public async Task Other_schemes_and_credentials_are_refused(string page, string code)
    {
        using var http = new GuardedHttp(new());

        var error = await Assert.ThrowsAsync<ProblemException>(() => http.Get(new(page), TestContext.Current.CancellationToken));

        Assert.Equal(code, error.Problem.Code);
    }

    [Fact]
    public async Task An_operator_can_allow_private_addresses()
    {
        await using var server = new OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/html\r\n\r\nok");
        using var http = new GuardedHttp(new() { AllowPrivateAddresses = true });

        using var answer = await http.Get(server.Page, TestContext.Current.CancellationToken);

        Assert.Equal("ok", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_redirect_to_another_scheme_is_refused()
    {
        await using var server = new OneAnswer("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n");
        using var http = new GuardedHttp(new() { AllowPrivateAddresses = true });

        var error = await Assert.ThrowsAsync<ProblemException>(() => http.Get(server.Page, TestContext.Current.CancellationToken));

        Assert.Equal("scheme_not_allowed", error.Problem.Code);
    }

    [Fact]
    public async Task A_redirect_to_an_address_inside_is_refused()
    {
        await using var server = new OneAnswer("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n");
        using var http = new GuardedHttp(new(), address => address.Equals(IPAddress.Loopback));

        var error = await Assert.ThrowsAsync<ProblemException>(() => http.Get(server.Page, TestContext.Current.CancellationToken));

        Assert.Equal("address_not_allowed", error.Problem.Code);
    }

    /// <summary>A server on a free port that gives every connection one answer.</summary>
    private sealed class OneAnswer : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;

        public OneAnswer(string answer)
        {
            _listener.Start();
            _serving = Serve(answer);
        }

        public Uri Page => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

        public async ValueTask DisposeAsync()
        {
            _listener.Stop();
            await _serving;
        }

        private async Task Serve(string answer)
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    var stream = client.GetStream();
                    _ = await stream.ReadAsync(new byte[4096]);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
                }
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                // The test is over.
            }
        }
    }
}
