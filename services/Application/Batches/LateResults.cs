using Aigc.Application.Batches.Lines;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aigc.Application.Batches;

/// <summary>Removes results that came after their batch was written, hourly. Any number of processes may do it at once.</summary>
internal sealed partial class LateResults(LineResults results, TimeProvider time, ILogger<LateResults> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hourly = new PeriodicTimer(TimeSpan.FromHours(1), time);
        while (await hourly.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await results.Sweep(time.GetUtcNow(), stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                SweepFailed(logger, failure);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Late results of batches could not be removed; the next round tries again.")]
    private static partial void SweepFailed(ILogger logger, Exception failure);
}
