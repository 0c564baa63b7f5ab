using Aigc.Application.Jobs;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Responses;

/// <summary>Ends responses whose job's end was not heard, announces ends that were not announced, and forgets what has expired.</summary>
internal sealed partial class ResponseSweep(
    IDocumentStore<ResponseDocument> responses,
    IDocumentStore<ResponsePiece> pieces,
    IDocumentStore<JobDocument> jobs,
    ResponseEnds ends,
    TimeProvider time,
    IOptions<BusOptions> busOptions,
    IOptions<ApplicationOptions> options,
    ILogger<ResponseSweep> logger) : BackgroundService
{
    private const int Page = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(busOptions.Value.SweepEvery, time);
        do
        {
            try
            {
                await LookAfter(stoppingToken);
                await Forget(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                SweepFailed(logger, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAfter(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        foreach (var response in await responses.Query(new DocumentQuery<ResponseDocument>().AtMost(r => r.Due, now).OrderBy(r => r.Due).Take(Page), ct))
        {
            response.Due = now + options.Value.Responses.LookAfter;
            if (!await responses.Replace(response, ct))
            {
                continue;
            }

            if (response.Ended)
            {
                await ends.Announce(response, ct);
            }
            else if (await jobs.Find(response.Generation.ToString(), ct) is { Ended: true } job)
            {
                await ends.Ended(job, ct);
            }
        }
    }

    private async Task Forget(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        foreach (var response in await responses.Query(new DocumentQuery<ResponseDocument>().AtMost(r => r.Expires, now).Take(Page), ct))
        {
            await responses.Delete(response.Id, ct);
        }

        foreach (var piece in await pieces.Query(new DocumentQuery<ResponsePiece>().AtMost(p => p.Expires, now).Take(Page), ct))
        {
            await pieces.Delete(piece.Id, ct);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweep of responses failed and will be tried again.")]
    private static partial void SweepFailed(ILogger logger, Exception failure);
}
