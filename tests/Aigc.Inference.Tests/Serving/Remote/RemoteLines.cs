using Aigc.Inference.Serving.Remote;
using Microsoft.Extensions.Logging;

namespace Aigc.Inference.Tests.Serving.Remote;

/// <summary>Lines logged of remote engines, in their order.</summary>
internal sealed class RemoteLines : ILoggerProvider, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<(LogLevel Level, string Text)> _lines = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits for a line that holds a text.</summary>
    public async Task<(LogLevel Level, string Text)> Await(string part, CancellationToken ct)
    {
        while (true)
        {
            Task more;
            lock (_gate)
            {
                if (_lines.Find(line => line.Text.Contains(part, StringComparison.Ordinal)) is { Text: not null } found)
                    return found;
                more = _more.Task;
            }
            await more.WaitAsync(TimeSpan.FromSeconds(20), ct);
        }
    }

    public ILogger CreateLogger(string categoryName) =>
        categoryName == typeof(RemoteEngine).FullName ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
        {
            _lines.Add((logLevel, formatter(state, exception)));
            _more.SetResult();
            _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Dispose()
    {
    }
}
