using Microsoft.AspNetCore.Http;

namespace Aigc.Application.Files;

/// <summary>
/// Bytes on their way into the store: counted, looked at, and asked about at their end. Whoever stores them stores nothing when the
/// count, the look or the question throws.
/// </summary>
internal sealed class CheckedStream(Stream inner, long limit, Action<ReadOnlyMemory<byte>> see, Func<CancellationToken, Task> end) : Stream
{
    private bool _ended;

    /// <summary>Bytes that went by.</summary>
    public long Bytes { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => Bytes;
        set => throw new NotSupportedException();
    }

    public static BadHttpRequestException TooLarge(string what, long limit) =>
        new($"{what} is larger than the {limit} bytes it may have.", StatusCodes.Status413PayloadTooLarge);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (read > 0)
        {
            Bytes += read;
            if (Bytes > limit)
            {
                throw TooLarge("The file", limit);
            }

            see(buffer[..read]);
        }
        else if (buffer.Length > 0 && !_ended)
        {
            _ended = true;
            await end(cancellationToken);
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bytes are taken in asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
