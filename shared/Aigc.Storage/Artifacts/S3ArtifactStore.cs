using System.Net;
using System.Security.Cryptography;
using Aigc.Contracts;
using Amazon.S3;
using Amazon.S3.Model;

namespace Aigc.Storage.Artifacts;

/// <summary>Artifacts as objects named by their digest. The digest is computed on a spooled copy first: an object is never half of one.</summary>
internal sealed class S3ArtifactStore(IAmazonS3 client, string bucket, string spoolDirectory) : IArtifactStore
{
    public async Task<ArtifactRef> Put(Stream content, string mediaType, CancellationToken ct = default)
    {
        Directory.CreateDirectory(spoolDirectory);
        await using var spool = new FileStream(
            Path.Combine(spoolDirectory, Path.GetRandomFileName()),
            FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        await content.CopyToAsync(spool, ct);
        spool.Position = 0;
        var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(spool, ct));
        if (!await Exists(digest, ct))
        {
            spool.Position = 0;
            await client.PutObjectAsync(
                new PutObjectRequest { BucketName = bucket, Key = Key(digest), InputStream = spool, ContentType = mediaType, AutoCloseStream = false },
                ct);
        }

        return new ArtifactRef { Digest = digest, Size = spool.Length, MediaType = mediaType };
    }

    public async Task<Stream> Open(string digest, CancellationToken ct = default)
    {
        try
        {
            return (await client.GetObjectAsync(bucket, Key(digest), ct)).ResponseStream;
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            throw new ArtifactMissingException(digest);
        }
    }

    public async Task<bool> Exists(string digest, CancellationToken ct = default)
    {
        try
        {
            await client.GetObjectMetadataAsync(bucket, Key(digest), ct);
            return true;
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    public Task Delete(string digest, CancellationToken ct = default) => client.DeleteObjectAsync(bucket, Key(digest), ct);

    private static string Key(string digest) => $"sha256/{Digest.Checked(digest)}";
}
