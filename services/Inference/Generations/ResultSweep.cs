namespace Aigc.Inference.Generations;

/// <summary>Forgets expired answers, hourly. Any number of workers may do it at once.</summary>
internal sealed partial class ResultSweep(DurableResults results, TimeProvider time, ILogger<ResultSweep> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hourly = new PeriodicTimer(TimeSpan.FromHours(1), time);
        while (await hourly.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(tick => tick.IsCompletedSuccessfully && tick.Result, TaskScheduler.Default))
        {
            try
            {
                await results.Sweep(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Expired answers could not be removed; the next round tries again")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
