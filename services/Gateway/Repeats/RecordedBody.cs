namespace Aigc.Gateway.Repeats;

/// <summary>An answer's body that is copied, up to a limit, as it passes. Past the limit the copy is dropped and the answer passes on.</summary>
internal sealed class RecordedBody(Stream inner, int limit, CancellationToken clientGone) : Stream
{
    private MemoryStream? _copy = new();

    /// <summary>The whole body; null when it was larger than the limit.</summary>
    public ArraySegment<byte>? Whole => _copy is { } copy ? new ArraySegment<byte>(copy.GetBuffer(), 0, (int)copy.Length) : (ArraySegment<byte>?)null;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Copy(buffer.Span);
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }
        catch (Exception) when (clientGone.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Nobody listens any more; the answer is still wanted, by the repeat.
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await inner.FlushAsync(cancellationToken);
        }
        catch (Exception) when (clientGone.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // As above.
        }
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        Copy(buffer.AsSpan(offset, count));
        inner.Write(buffer, offset, count);
    }

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Copy(ReadOnlySpan<byte> bytes)
    {
        if (_copy is null || _copy.Length + bytes.Length > limit)
        {
            _copy = null;
            return;
        }

        _copy.Write(bytes);
    }
}
