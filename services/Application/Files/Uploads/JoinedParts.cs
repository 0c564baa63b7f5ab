using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Aigc.Storage.Artifacts;

namespace Aigc.Application.Files.Uploads;

/// <summary>Parts read one after the other as if they were one file; one is open at a time. Knows the MD5 of what it gave.</summary>
[SuppressMessage("Security", "CA5351", Justification = "MD5 is the checksum the API takes; identity is SHA-256.")]
internal sealed class JoinedParts(IReadOnlyList<UploadPart> parts, IArtifactStore artifacts) : Stream
{
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private Stream? _open;
    private int _next;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>MD5 of everything read, lower-case hexadecimal.</summary>
    public string Md5() => Convert.ToHexStringLower(_md5.GetCurrentHash());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_open is null)
            {
                if (_next == parts.Count)
                {
                    return 0;
                }

                _open = await artifacts.Open(parts[_next++].Artifact.Digest, cancellationToken);
            }

            var read = await _open.ReadAsync(buffer, cancellationToken);
            if (read > 0 || buffer.IsEmpty)
            {
                _md5.AppendData(buffer.Span[..read]);
                return read;
            }

            await _open.DisposeAsync();
            _open = null;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Parts are joined asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _open?.Dispose();
            _md5.Dispose();
        }

        base.Dispose(disposing);
    }
}
