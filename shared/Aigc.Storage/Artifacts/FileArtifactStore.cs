using System.Security.Cryptography;
using Aigc.Contracts;

namespace Aigc.Storage.Artifacts;

/// <summary>Artifacts as files named by their digest, in 256 folders. Written beside and renamed, so that no reader sees half of one.</summary>
internal sealed class FileArtifactStore : IArtifactStore
{
    private const int BufferSize = 1 << 16;

    private readonly string _root;
    private readonly string _incoming;

    public FileArtifactStore(string root)
    {
        _root = Path.GetFullPath(root);
        _incoming = Path.Combine(_root, "incoming");
        Directory.CreateDirectory(_incoming);
    }

    public async Task<ArtifactRef> Put(Stream content, string mediaType, CancellationToken ct = default)
    {
        var incoming = Path.Combine(_incoming, Path.GetRandomFileName());
        try
        {
            var (digest, size) = await Receive(content, incoming, ct);
            var path = PathOf(digest);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(incoming, path, overwrite: true);
            return new ArtifactRef { Digest = digest, Size = size, MediaType = mediaType };
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    public Task<Stream> Open(string digest, CancellationToken ct = default)
    {
        try
        {
            return Task.FromResult<Stream>(new FileStream(
                PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferSize, FileOptions.Asynchronous | FileOptions.SequentialScan));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromException<Stream>(new ArtifactMissingException(digest));
        }
    }

    public Task<bool> Exists(string digest, CancellationToken ct = default) => Task.FromResult(File.Exists(PathOf(digest)));

    public Task Delete(string digest, CancellationToken ct = default)
    {
        var path = PathOf(digest);
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    private static async Task<(string Digest, long Size)> Receive(Stream content, string path, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        var size = 0L;
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.Asynchronous);
        for (int read; (read = await content.ReadAsync(buffer, ct)) > 0; size += read)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), ct);
        }

        return (Convert.ToHexStringLower(hash.GetHashAndReset()), size);
    }

    private string PathOf(string digest) => Path.Combine(_root, Digest.Checked(digest)[..2], digest);
}
