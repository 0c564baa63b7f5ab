using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aigc.ServiceDefaults.Sagas;

/// <summary>Queue of a saga; the sweep sends its reminders there and to nobody else.</summary>
internal sealed record SagaQueue<TSaga>(string Name);

/// <summary>
/// Reminds sagas of steps whose deadline has passed. Any number of processes may sweep: a reminder names the deadline it means, so a
/// second one is late. This covers lost messages, crashes between "saved" and "sent", and time-outs, all in one.
/// </summary>
internal sealed partial class DueSweeper<TSaga>(
    IDocumentStore<TSaga> sagas,
    SagaQueue<TSaga> queue,
    ICommands commands,
    TimeProvider time,
    IOptions<BusOptions> options,
    ILogger<DueSweeper<TSaga>> logger) : BackgroundService
    where TSaga : ProcessSaga
{
    private const int Page = 200;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The in-memory bus keeps nothing: after a start every pending step is overdue, whatever its deadline says.
        var until = options.Value.Transport == BusTransport.InMemory ? DateTimeOffset.MaxValue : time.GetUtcNow();
        using var timer = new PeriodicTimer(options.Value.SweepEvery, time);
        do
        {
            try
            {
                await Sweep(until, stoppingToken);
                until = DateTimeOffset.MinValue;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // A store that is away for a while must not end the sweep for good.
                SweepFailed(logger, failure, typeof(TSaga).Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task Sweep(DateTimeOffset until, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var limit = until > now ? until : now;
        var due = await sagas.Query(new DocumentQuery<TSaga>().AtMost(saga => saga.Due, limit).OrderBy(saga => saga.Due).Take(Page), ct);
        foreach (var saga in due)
        {
            await commands.Send(queue.Name, new StepDue { JobId = saga.CorrelationId, Due = saga.Due!.Value }, ct);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweep of {Saga} failed and will be tried again.")]
    private static partial void SweepFailed(ILogger logger, Exception failure, string saga);
}
