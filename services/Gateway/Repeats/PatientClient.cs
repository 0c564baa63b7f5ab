namespace Aigc.Gateway.Repeats;

/// <summary>Lets a request go on when its client is gone, unless the answer is a stream of events.</summary>
internal sealed class PatientClient : IDisposable
{
    private readonly HttpContext _context;
    private readonly CancellationToken _gone;
    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationTokenRegistration _watch;
    private volatile bool _over;

    public PatientClient(HttpContext context)
    {
        _context = context;
        _gone = context.RequestAborted;
        context.RequestAborted = _stopped.Token;
        context.Response.OnStarting(() =>
        {
            StopStream();
            return Task.CompletedTask;
        });
        _watch = _gone.Register(StopStream);
    }

    public void Dispose()
    {
        _over = true;
        _watch.Dispose();
        _context.RequestAborted = _gone;
        _stopped.Dispose();
    }

    private void StopStream()
    {
        if (!_over && _gone.IsCancellationRequested && _context.Response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) == true)
        {
            _stopped.Cancel();
        }
    }
}
