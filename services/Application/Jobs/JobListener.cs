using Aigc.Contracts.Jobs;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aigc.Application.Jobs;

/// <summary>Hears of every job of the platform. Processes of this service share one queue.</summary>
internal sealed class JobListener(JobBook book, JobEnds ends, ProgressBuffer buffer) : IConsumer<JobChanged>, IConsumer<JobProgressed>
{
    public const string Queue = "application.jobs";

    public async Task Consume(ConsumeContext<JobChanged> context)
    {
        var ended = context.Message.Status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled;
        foreach (var progress in buffer.Drain(context.Message.JobId, ended))
        {
            await book.Hear(progress, context.CancellationToken);
        }

        switch (await book.Hear(context.Message, context.CancellationToken))
        {
            case { CancelRequested: true, Ended: false }:
                // It was cancelled before its saga existed to hear it.
                await context.Publish(new CancellationRequested { JobId = context.Message.JobId }, context.CancellationToken);
                break;
            case { Ended: true } job:
                await ends.Tell(job, context.CancellationToken);
                break;
        }
    }

    public async Task Consume(ConsumeContext<JobProgressed> context)
    {
        foreach (var progress in buffer.Add(context.Message))
        {
            await book.Hear(progress, context.CancellationToken);
        }
    }
}

/// <summary>Stores progress that came too soon after the last and was followed by none.</summary>
internal sealed partial class ProgressFlush(JobBook book, ProgressBuffer buffer, TimeProvider time, ILogger<ProgressFlush> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var progress in buffer.DrainDue())
                {
                    await book.Hear(progress, stoppingToken);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                FlushFailed(logger, failure);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Progress could not be stored and is lost.")]
    private static partial void FlushFailed(ILogger logger, Exception failure);
}
