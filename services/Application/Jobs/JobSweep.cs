using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Documents;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Jobs;

/// <summary>
/// Looks after jobs that have not been heard of: an accepted request is sent again while it is queued; of any other the saga is asked
/// where it stands. A lost message therefore neither loses a request nor leaves a job running for ever. Any number of processes sweep.
/// </summary>
internal sealed partial class JobSweep(
    IDocumentStore<JobDocument> jobs,
    JobEnds ends,
    ICommands commands,
    IBus bus,
    TimeProvider time,
    IOptions<BusOptions> busOptions,
    IOptions<ApplicationOptions> options,
    ILogger<JobSweep> logger) : BackgroundService
{
    private const int Page = 200;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The in-memory bus keeps nothing: after a start nothing has been heard, whatever the deadline says.
        var everything = busOptions.Value.Transport == BusTransport.InMemory;
        using var timer = new PeriodicTimer(busOptions.Value.SweepEvery, time);
        do
        {
            try
            {
                await Sweep(everything ? DateTimeOffset.MaxValue : time.GetUtcNow(), everything ? int.MaxValue : Page, stoppingToken);
                everything = false;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                SweepFailed(logger, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Sweep(DateTimeOffset until, int most, CancellationToken ct)
    {
        var silent = await jobs.Query(new DocumentQuery<JobDocument>().AtMost(job => job.Due, until).OrderBy(job => job.Due).Take(most), ct);
        foreach (var job in silent)
        {
            // The next look is written first: of several processes one wins and asks, and a crash here is made good by that next look.
            job.Silences++;
            job.Due = time.GetUtcNow() + Wait(job);
            if (await jobs.Replace(job, ct))
            {
                await LookAfter(job, ct);
            }
        }
    }

    private Task LookAfter(JobDocument job, CancellationToken ct) => job switch
    {
        { Ended: true } => ends.Tell(job, ct),
        { CancelRequested: true } => bus.Publish(new CancellationRequested { JobId = Guid.Parse(job.Id) }, ct),
        { Status: JobStatus.Queued, Request: { } request } => commands.Send(request.Read(), ct),
        _ => bus.Publish(new StateRequested { JobId = Guid.Parse(job.Id) }, ct),
    };

    private TimeSpan Wait(JobDocument job)
    {
        var first = job.Status == JobStatus.Queued ? options.Value.ResendAfter : options.Value.JobSilence;
        var wait = first * Math.Pow(2, Math.Min(job.Silences - 1, 6));
        return wait < LongestWait ? wait : LongestWait;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweep of jobs failed and will be tried again.")]
    private static partial void SweepFailed(ILogger logger, Exception failure);
}
