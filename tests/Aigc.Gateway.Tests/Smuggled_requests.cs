namespace Aigc.Gateway.Tests;

/// <summary>A request inside a request: two readers of one connection must never disagree about where the first ends.</summary>
public sealed class Smuggled_requests
{
    private const string Last = "Connection: close\r\nContent-Length: 1\r\n\r\nx";

    [Theory]
    [InlineData("Content-Length: {all}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: {all}\r\n\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 0\r\nContent-Length: {all}\r\n\r\n")]
    [InlineData("Content-Length: {all}\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("Content-Length: 0, 0\r\n\r\n")]
    [InlineData("Content-Length: -1\r\n\r\n")]
    [InlineData("Content-Length: 0x0\r\n\r\n")]
    [InlineData("Content-Length : 0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: identity\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("X-Folded: 1\r\n Content-Length: 0\r\n\r\n")]
    [InlineData("Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 0\r\n\tTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("X-Return: 1\rContent-Length: 0\r\n\r\n")]
    public async Task Are_refused_with_the_request_they_hide_in_and_reach_no_service(string framing)
    {
        await using var host = await GatewayHost.Start();
        var hidden = Counted(host, Last);
        var body = framing[(framing.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..] + hidden;

        var answers = await RawConnection.Send(host, Counted(host, framing.Replace("{all}", $"{body.Length}", StringComparison.Ordinal)) + hidden);

        Assert.Equal(["400"], RawConnection.Statuses(answers));
        Assert.Equal(0, host.Upstream.Counted);
    }

    [Theory]
    [InlineData("2;ext=a\nxx\r\nab\r\n0\r\n\r\n")]
    [InlineData("2\nab\r\n0\r\n\r\n")]
    [InlineData("2\r\nab0\r\n\r\n")]
    [InlineData("FFFFFFFFFFFFFFFFF\r\nab\r\n0\r\n\r\n")]
    [InlineData("-2\r\nab\r\n0\r\n\r\n")]
    public async Task Are_not_found_behind_pieces_that_are_no_pieces(string pieces)
    {
        await using var host = await GatewayHost.Start();
        var first = $"POST /v1/anything HTTP/1.1\r\nHost: {host.Address.Authority}\r\nAuthorization: Bearer {host.Key}\r\nTransfer-Encoding: chunked\r\n\r\n{pieces}";

        var answers = await RawConnection.Send(host, first + Counted(host, Last));

        Assert.Equal(["400"], RawConnection.Statuses(answers));
        Assert.Equal(0, host.Upstream.Counted);
    }

    [Fact]
    public async Task Are_told_from_two_that_follow_each_other()
    {
        await using var host = await GatewayHost.Start();

        var answers = await RawConnection.Send(host, Counted(host, "Content-Length: 1\r\n\r\na") + Counted(host, "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n"));

        Assert.Equal(["201", "201"], RawConnection.Statuses(answers));
        Assert.Equal(2, host.Upstream.Counted);
    }

    private static string Counted(GatewayHost host, string rest) =>
        $"POST /v1/counted HTTP/1.1\r\nHost: {host.Address.Authority}\r\nAuthorization: Bearer {host.Key}\r\n{rest}";
}
