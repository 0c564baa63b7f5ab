using Aigc.ServiceDefaults;

namespace Aigc.DataSupply.Tests.Uploads;

public sealed class UploadTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly MemoryArtifacts _artifacts = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Take_SameFileTwice_IsOneUploadOfItsTenantAlone()
    {
        var desk = UploadStore.Desk(_temp.Path, _artifacts);

        var first = await desk.Take("a", "dir/notes.txt", new MemoryStream("text"u8.ToArray()), CancellationToken.None);
        var again = await desk.Take("a", "notes.txt", new MemoryStream("text"u8.ToArray()), CancellationToken.None);

        Assert.Equal((first.Id, "notes.txt"), (again.Id, first.FileName));
        Assert.True(await desk.Owns("a", first.Artifact.Digest, CancellationToken.None));
        Assert.False(await desk.Owns("b", first.Artifact.Digest, CancellationToken.None));
    }

    [Theory]
    [InlineData("", "text", "source_incomplete")]
    [InlineData("a.txt", "", "upload_empty")]
    public async Task Take_BadInput_IsRefused(string name, string content, string code)
    {
        var desk = UploadStore.Desk(_temp.Path, _artifacts);
        using var body = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content));

        var refused = await Assert.ThrowsAsync<ProblemException>(() => desk.Take("a", name, body, CancellationToken.None));

        Assert.Equal(code, refused.Problem.Code);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("0000")]
    public async Task Owns_WhatIsNoDigest_IsFalse(string digest) =>
        Assert.False(await UploadStore.Desk(_temp.Path, _artifacts).Owns("a", digest, CancellationToken.None));
}
