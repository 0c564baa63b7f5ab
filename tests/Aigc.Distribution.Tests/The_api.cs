using System.Net;
using System.Text;
using System.Text.Json;
using Aigc.Contracts.Distribution;

namespace Aigc.Distribution.Tests;

public sealed class The_api
{
    [Fact]
    public async Task Shows_a_publication_to_its_tenant_only()
    {
        await using var host = await DistributionHost.Start();
        var id = Guid.NewGuid();
        await host.Publish(await host.Content(), host.Folder(), id);
        using var client = host.Client();
        using var other = host.Client("other");

        var shown = await Json(await client.GetAsync($"/api/publications/{id}"));
        Assert.Equal("succeeded", shown.GetProperty("status").GetString());
        Assert.Equal("published", shown.GetProperty("state").GetString());
        Assert.Equal(1, (await Json(await client.GetAsync("/api/publications"))).GetProperty("data").GetArrayLength());
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync($"/api/publications/{id}")).StatusCode);
        Assert.Equal(0, (await Json(await other.GetAsync("/api/publications"))).GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("feed")]
    public async Task Takes_a_publication_down_and_keeps_it_down(string kind)
    {
        await using var host = await DistributionHost.Start();
        var (content, id) = (await host.Content(), Guid.NewGuid());
        var channel = kind == "feed" ? host.Feed() : host.Folder();
        await host.Publish(content, channel, id);
        using var client = host.Client();

        var taken = await Json(await client.PostAsync($"/api/publications/{id}/take-down", null));

        Assert.Equal("taken-down", taken.GetProperty("state").GetString());
        if (kind == "feed")
            Assert.DoesNotContain("<entry>", await File.ReadAllTextAsync(channel.Path!), StringComparison.Ordinal);
        else
            Assert.Empty(Directory.GetFiles(channel.Path!));
        Assert.Equal("content_taken_down", Assert.IsType<PublicationFailed>(await host.Publish(content, channel)).Problem.Code);
    }

    [Theory]
    [InlineData("/api/publications/nonsense", HttpStatusCode.NotFound)]
    [InlineData("/api/publications/3f2504e0-4f89-11d3-9a0c-0305e82c3301", HttpStatusCode.NotFound)]
    [InlineData("/api/publications?limit=100000", HttpStatusCode.BadRequest)]
    [InlineData("/api/publications?limit=x", HttpStatusCode.BadRequest)]
    public async Task Answers_bad_requests_in_the_error_form(string path, HttpStatusCode status)
    {
        await using var host = await DistributionHost.Start();
        using var client = host.Client();
        var answer = await client.GetAsync(path);
        Assert.Equal(status, answer.StatusCode);
        Assert.NotEmpty((await Json(answer)).GetProperty("error").GetProperty("code").GetString()!);
    }

    [Fact]
    public async Task Verifies_a_file_it_published()
    {
        await using var host = await DistributionHost.Start(new() { ["Aigc:Provenance:IntegrityKey"] = new('k', 32) });
        var published = Assert.IsType<ContentPublished>(await host.Publish(await host.Content(), host.Folder()));
        var file = await File.ReadAllTextAsync(published.Receipt.Location);
        using var client = host.Client();

        var good = await Json(await client.PostAsync("/api/verify", new StringContent(file)));
        Assert.True(good.GetProperty("intact").GetBoolean());
        Assert.Equal(3, good.GetProperty("marks").GetArrayLength());
        Assert.Equal("1", good.GetProperty("label").GetProperty("Label").GetString());

        var altered = await Json(await client.PostAsync("/api/verify", new StringContent(file.Replace("first out", "last out", StringComparison.Ordinal))));
        Assert.False(altered.GetProperty("intact").GetBoolean());

        var stripped = await Json(await client.PostAsync("/api/verify", new StringContent("A queue is first in, first out.")));
        Assert.Equal(0, stripped.GetProperty("marks").GetArrayLength());
        Assert.False(stripped.TryGetProperty("intact", out _));
    }

    [Theory]
    [InlineData(0, HttpStatusCode.BadRequest)]
    [InlineData((4 << 20) + 1, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Verifies_neither_nothing_nor_too_much(int length, HttpStatusCode status)
    {
        await using var host = await DistributionHost.Start();
        using var client = host.Client();
        Assert.Equal(status, (await client.PostAsync("/api/verify", new ByteArrayContent(new byte[length]))).StatusCode);
    }

    private static async Task<JsonElement> Json(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStreamAsync()).RootElement;
}
