using Aigc.DataSupply.Extractors;

namespace Aigc.DataSupply.Sources;

/// <summary>
/// A page's body with a time limit. An HTTP client's own limit ends with the headers; a server that then says nothing more would hold
/// the build for ever.
/// </summary>
internal sealed class TimedStream(Stream inner, TimeSpan most, TimeProvider time) : Stream
{
    private readonly CancellationTokenSource _limit = new(most, time);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("A page's body tells no length.");

    public override long Position
    {
        get => throw new NotSupportedException("A page's body is read once, from its start.");
        set => throw new NotSupportedException("A page's body is read once, from its start.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _limit.Token);
        try
        {
            return await inner.ReadAsync(buffer, both.Token);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SkippedException("http-timeout", "The page did not come in time.", late);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A page's body is read once, from its start.");

    public override void SetLength(long value) => throw new NotSupportedException("A page's body is not written.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A page's body is not written.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _limit.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
