using System.Net;
using System.Net.Http.Json;

namespace Aigc.Gateway.Tests;

public sealed class A_request
{
    private static readonly Dictionary<string, string?> SmallBodies = new() { ["Aigc:Gateway:MaxBodyBytes"] = "1000", ["Aigc:Gateway:MaxUploadBytes"] = "2000000" };

    [Fact]
    public async Task With_a_body_over_the_limit_is_refused_before_it_is_read()
    {
        await using var host = await GatewayHost.Start(SmallBodies);

        using var response = await host.Program().PostAsync("/v1/completions", new ByteArrayContent(new byte[1001]));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("body_too_large", (await The_door.Error(response)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task With_a_body_of_unknown_length_is_stopped_at_the_limit()
    {
        await using var host = await GatewayHost.Start(SmallBodies);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions") { Content = new StreamContent(new Unseekable(new byte[200_000])) };
        request.Headers.TransferEncodingChunked = true;

        using var response = await host.Program().SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("body_too_large", (await The_door.Error(response)).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("/v1/counted", "gzip")]
    [InlineData("/v1/counted", "br")]
    [InlineData("/v1/counted", "identity, gzip")]
    [InlineData("/v1/files", "deflate")]
    [InlineData("/api/uploads", "x-gzip")]
    public async Task With_a_packed_body_is_refused_whatever_it_would_unpack_to(string path, string encoding)
    {
        await using var host = await GatewayHost.Start();
        var bomb = new MemoryStream();
        await using (var pack = new System.IO.Compression.GZipStream(bomb, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await pack.WriteAsync(new byte[8 << 20], TestContext.Current.CancellationToken);
        }

        using var content = new ByteArrayContent(bomb.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        using var response = await host.Program().PostAsync(path, content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Equal("unsupported_content_encoding", (await The_door.Error(response)).GetProperty("code").GetString());
        Assert.Equal("identity", response.Headers.GetValues("Accept-Encoding").Single());
        Assert.Equal(0, host.Upstream.Counted);
    }

    [Fact]
    public async Task With_a_body_that_says_it_is_not_packed_is_served()
    {
        await using var host = await GatewayHost.Start();
        using var content = new StringContent("{}");
        content.Headers.TryAddWithoutValidation("Content-Encoding", "identity");

        using var response = await host.Program().PostAsync("/v1/counted", content);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Fact]
    public async Task With_an_upload_may_be_larger()
    {
        await using var host = await GatewayHost.Start(SmallBodies);

        using var response = await host.Program().PostAsync("/api/uploads", new ByteArrayContent(new byte[1_500_000]));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1_500_000, await response.Content.ReadFromJsonAsync<long>());
    }

    [Fact]
    public async Task Beyond_the_rate_of_its_key_is_told_when_to_come_again()
    {
        await using var host = await GatewayHost.Start(new() { ["Aigc:Gateway:RequestsPerMinute"] = "2" });
        using var client = host.Program();
        using var first = await client.GetAsync("/v1/models");

        // A bucket refills by one a second; asked at once, the third and a later one cannot all pass.
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetAsync("/v1/models")));

        Assert.Equal("2", first.Headers.GetValues("x-ratelimit-limit-requests").Single());
        Assert.Equal("1", first.Headers.GetValues("x-ratelimit-remaining-requests").Single());
        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.True(int.Parse(refused.Headers.GetValues("Retry-After").Single(), System.Globalization.CultureInfo.InvariantCulture) >= 1);
        Assert.Equal("rate_limit_error", (await The_door.Error(refused)).GetProperty("type").GetString());
    }

    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
