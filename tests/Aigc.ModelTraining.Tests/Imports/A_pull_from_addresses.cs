using System.Security.Cryptography;
using Aigc.ModelTraining.Imports;
using Aigc.ServiceDefaults;

namespace Aigc.ModelTraining.Tests.Imports;

public sealed class A_pull_from_addresses : IAsyncLifetime
{
    readonly PullFolder folder = new();
    readonly byte[] bytes = PullFolder.Bytes(300_000);
    LoopbackHub server = null!;

    public async ValueTask InitializeAsync()
    {
        server = await LoopbackHub.Start();
        server.Files["model.onnx"] = bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Needs_no_digest_to_go_on_where_the_line_broke()
    {
        server.Cut("model.onnx", 1);
        await folder.Bring(Model());
        Assert.Equal(bytes, folder.Read("model.onnx"));
        Assert.True(server.AskedCdn.Last() is { Range: not null, IfRange: not null });
        Assert.Null(folder.Told[^1].Total);
    }

    [Fact]
    public async Task Without_digest_never_joins_bytes_of_two_files()
    {
        folder.Options.MaxRetries = 0;
        server.Cut("model.onnx", 1);
        await Assert.ThrowsAnyAsync<Exception>(() => folder.Bring(Model()));
        var other = server.Files["model.onnx"] = PullFolder.Bytes(400_000, seed: 2);
        await folder.Bring(Model());
        Assert.Equal(other, folder.Read("model.onnx"));
    }

    [Fact]
    public async Task Checks_a_digest_that_the_caller_knows()
    {
        await folder.Bring(Model() with { Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) });
        using var other = new PullFolder();
        Assert.Equal("digest_mismatch", (await Assert.ThrowsAsync<ProblemException>(() => other.Bring(Model() with { Sha256 = new string('0', 64) }))).Problem.Code);
        Assert.Empty(other.Names());
    }

    [Fact]
    public async Task Ends_at_the_limit_when_no_size_was_told()
    {
        folder.Options.MaxBytes = 200_000;
        Assert.Equal("model_too_large", (await Assert.ThrowsAsync<ProblemException>(() => folder.Bring(Model()))).Problem.Code);
        Assert.Empty(folder.Names());
        Assert.Empty(folder.Parts());
    }

    [Fact]
    public async Task Reaches_no_private_address_unless_the_operator_allows_it()
    {
        folder.Options.AllowPrivateAddresses = false;
        var refused = await Assert.ThrowsAsync<ProblemException>(() => folder.Bring(Model()));
        Assert.Equal("address_not_allowed", refused.Problem.Code);
        Assert.Contains("Aigc:Imports:AllowPrivateAddresses", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "scheme_not_allowed")]
    [InlineData("http://user:pass@127.0.0.1/x", "credentials_in_url")]
    public async Task Takes_nothing_but_plain_web_addresses(string address, string code) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<ProblemException>(() => folder.Bring(new WantedFile("model.onnx", new Uri(address))))).Problem.Code);

    [Fact]
    public async Task Gives_up_on_a_server_that_falls_silent()
    {
        (folder.Options.StallSeconds, folder.Options.MaxRetries, server.Hold) = (0.3, 0, new());
        await Assert.ThrowsAsync<IOException>(() => folder.Bring(Model()));
        Assert.Contains("model.onnx.part", folder.Parts());
    }

    [Fact]
    public async Task Refuses_two_files_in_one_place() => Assert.Equal(
        "path_not_allowed", (await Assert.ThrowsAsync<ProblemException>(() => folder.Bring(Model(), Model() with { Path = "Model.onnx" }))).Problem.Code);

    WantedFile Model() => new("model.onnx", new Uri(server.CdnAddress, "blobs/model.onnx"));
}
