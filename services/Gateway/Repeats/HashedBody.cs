using System.Security.Cryptography;
using Aigc.Storage.Artifacts;

namespace Aigc.Gateway.Repeats;

/// <summary>A request body that is hashed as it passes. Nothing of it is kept.</summary>
internal sealed class HashedBody(Stream inner) : Stream
{
    private const int ChunkBytes = 16 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Whether all of it has passed.</summary>
    public bool AtEnd { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Lets pass what nobody has read, up to the route's own limit on bodies.</summary>
    public async Task Drain(CancellationToken ct)
    {
        var chunk = new byte[ChunkBytes];
        while (!AtEnd && await ReadAsync(chunk, ct) > 0)
        {
            // Hashed as it passes; the read at the end sets AtEnd.
        }
    }

    /// <summary>Digest of the request: what is asked, and with which body. To be called once, at the end.</summary>
    public string Fingerprint(HttpRequest request) =>
        Digest.OfParts(request.Method, request.Path + request.QueryString, Convert.ToHexStringLower(_hash.GetHashAndReset()));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _hash.AppendData(buffer.Span[..read]);
        AtEnd |= read == 0 && buffer.Length > 0;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _hash.Dispose();
        base.Dispose(disposing);
    }
}
