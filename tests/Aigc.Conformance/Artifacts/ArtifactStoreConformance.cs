using System.Security.Cryptography;
using System.Text;
using Aigc.Storage.Artifacts;

namespace Aigc.Conformance.Artifacts;

/// <summary>What every artifact store promises.</summary>
public abstract class ArtifactStoreConformance : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aigc-artifacts-").FullName;

    internal IArtifactStore Store { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Store = await Open(_folder);

    public async ValueTask DisposeAsync()
    {
        await Close();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    internal abstract Task<IArtifactStore> Open(string folder);

    protected virtual ValueTask Close() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3 << 20)]
    public async Task Bytes_come_back_under_their_sha256(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);

        var stored = await Store.Put(new MemoryStream(bytes), "application/test");

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), stored.Digest);
        Assert.Equal(length, stored.Size);
        Assert.Equal("application/test", stored.MediaType);
        Assert.Equal(bytes, await Read(stored.Digest));
        Assert.True(await Store.Exists(stored.Digest));
    }

    [Fact]
    public async Task The_same_bytes_may_be_stored_by_many_at_once()
    {
        var bytes = RandomNumberGenerator.GetBytes(200_000);

        var stored = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Store.Put(new MemoryStream(bytes), "application/test")));

        Assert.Single(stored.Distinct());
        Assert.Equal(bytes, await Read(stored[0].Digest));
    }

    [Fact]
    public async Task A_source_that_need_not_be_seekable_will_do()
    {
        var stored = await Store.Put(new OneWay(Encoding.UTF8.GetBytes("one way")), "text/plain");

        Assert.Equal("one way", Encoding.UTF8.GetString(await Read(stored.Digest)));
    }

    [Fact]
    public async Task A_source_that_breaks_off_leaves_nothing()
    {
        var bytes = RandomNumberGenerator.GetBytes(100_000);

        await Assert.ThrowsAsync<IOException>(() => Store.Put(new Broken(bytes), "application/test"));

        Assert.False(await Store.Exists(Digest.Of(bytes)));
        Assert.Empty(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_was_never_stored_is_missing()
    {
        var digest = new string('0', 64);

        Assert.False(await Store.Exists(digest));
        await Assert.ThrowsAsync<ArtifactMissingException>(() => Store.Open(digest));
        await Store.Delete(digest);
    }

    [Fact]
    public async Task What_was_deleted_is_missing()
    {
        var stored = await Store.Put(new MemoryStream([1, 2, 3]), "application/test");

        await Store.Delete(stored.Digest);

        Assert.False(await Store.Exists(stored.Digest));
        await Assert.ThrowsAsync<ArtifactMissingException>(() => Store.Open(stored.Digest));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../../etc/passwd")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    [InlineData("ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCD")]
    [InlineData("/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task What_is_not_a_digest_never_becomes_a_path(string digest)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Open(digest));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Exists(digest));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.Delete(digest));
    }

    [Fact]
    public async Task A_folder_has_the_same_digest_wherever_it_lay_and_comes_back_whole()
    {
        var folders = new ArtifactFolders(Store, Path.Combine(_folder, "cache"));
        var (one, other) = (Sample("one"), Sample("other/deeper"));

        var packed = await folders.Pack(one);
        var again = await folders.Pack(other);
        var local = await folders.Checkout(packed);

        Assert.Equal(packed, again);
        Assert.Equal("{}", await File.ReadAllTextAsync(Path.Combine(local, "b", "a.json")));
        Assert.Equal(["a", "b.txt", "b/a.json"], (await folders.List(packed)).Select(file => file.Path));
    }

    private string Sample(string name)
    {
        var folder = Path.Combine(_folder, "in", name);
        Directory.CreateDirectory(Path.Combine(folder, "b"));
        File.WriteAllText(Path.Combine(folder, "b", "a.json"), "{}");
        File.WriteAllText(Path.Combine(folder, "b.txt"), "ä");
        File.WriteAllText(Path.Combine(folder, "a"), "");
        return folder;
    }

    private async Task<byte[]> Read(string digest)
    {
        await using var stream = await Store.Open(digest);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }

    private sealed class Broken(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position > 50_000 ? throw new IOException("broke off") : base.ReadAsync(buffer[..Math.Min(buffer.Length, 60_000)], cancellationToken);

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            var buffer = new byte[bufferSize];
            for (int read; (read = await ReadAsync(buffer, cancellationToken)) > 0;)
            {
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
    }
}
