using Aigc.Contracts;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Documents;
using Aigc.Storage.Leases;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aigc.ServiceDefaults.Work;

/// <summary>How many pieces of one kind of work a process runs at once.</summary>
internal sealed record WorkConcurrency<TCommand>(int Value);

/// <summary>Takes open work, runs it under a lease kept by a heartbeat, and publishes how it ended.</summary>
internal sealed partial class WorkRunner<TCommand>(
    IWork<TCommand> work,
    IDocumentStore<WorkRecord> records,
    WorkSignal<TCommand> signal,
    WorkConcurrency<TCommand> concurrency,
    IBus bus,
    TimeProvider time,
    IOptions<WorkOptions> options,
    ILogger<WorkRunner<TCommand>> logger) : BackgroundService
    where TCommand : class
{
    private readonly Leases<WorkRecord> _leases = new(records, time);
    private readonly WorkOptions _options = options.Value;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            running.RemoveAll(task => task.IsCompleted);
            try
            {
                while (running.Count < concurrency.Value && await Claim(stoppingToken) is { } claimed)
                {
                    running.Add(Task.Run(() => RunClaimed(claimed, stoppingToken), CancellationToken.None));
                }

                await Task.WhenAny([signal.Wait(_options.Poll, stoppingToken), .. running]);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LookFailed(logger, failure, typeof(TCommand).Name);
                await signal.Wait(_options.Poll, stoppingToken);
            }
        }

        await Task.WhenAll(running);
    }

    private async Task<WorkRecord?> Claim(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var claimable = await records.Query(
            new DocumentQuery<WorkRecord>().Where(r => r.Kind, typeof(TCommand).Name).AtMost(r => r.ClaimableAt, now).OrderBy(r => r.ClaimableAt).Take(8),
            ct);
        foreach (var candidate in claimable)
        {
            var claimed = await _leases.Acquire(
                candidate.Id,
                $"{ProcessIdentity.Current}/{Guid.NewGuid():N}",
                _options.Lease,
                record =>
                {
                    record.Attempt++;
                    record.ClaimableAt = record.Lease!.Until;
                    return record.Status == WorkStatus.Open;
                },
                ct);
            if (claimed is not null)
            {
                return claimed;
            }
        }

        return null;
    }

    private async Task RunClaimed(WorkRecord record, CancellationToken stopping)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        using var beating = new CancellationTokenSource();
        var heartbeat = Heartbeat(record, lost, beating.Token);
        try
        {
            var outcome = await Outcome(record, lost.Token);
            await Finish(record, outcome);
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested)
        {
            // Stopped or taken over. Handed back at once where it is still ours; otherwise the new holder has it.
            await HandBack(record, TimeSpan.Zero);
        }
        catch (Exception failure)
        {
            AttemptFailed(logger, failure, typeof(TCommand).Name, record.Id, record.Attempt);
            await HandBack(record, TimeSpan.FromSeconds(Math.Pow(2, record.Failures)), failed: true);
        }
        finally
        {
            await beating.CancelAsync();
            await heartbeat;
        }
    }

    private async Task<object> Outcome(WorkRecord record, CancellationToken ct)
    {
        var command = DocumentJson.Read<TCommand>(record.Command);
        if (record.Failures >= _options.MaxAttempts)
        {
            return work.Failed(command, new Problem { Code = "gave_up", Message = $"{typeof(TCommand).Name} failed {_options.MaxAttempts} times; the log of {ProcessIdentity.Current} says why." });
        }

        try
        {
            return await work.Run(command, new WorkContext(bus, time, record.JobId, record.Job, record.Attempt), ct);
        }
        catch (ProblemException refused)
        {
            return work.Failed(command, refused.Problem);
        }
    }

    private async Task Finish(WorkRecord record, object outcome)
    {
        // Written first, told second: a crash in between is repaired when the saga asks again. A stale holder writes and tells nothing.
        var written = await _leases.Release(record.Id, record.Lease!.Token, current =>
        {
            if (current.Status == WorkStatus.Open)
            {
                WorkOutcome.Write(current, outcome);
            }
        });
        if (written is { Status: WorkStatus.Finished })
        {
            await bus.Publish(outcome, outcome.GetType());
        }
    }

    // A killed holder says nothing about the work; only a failure that was seen counts towards giving up.
    private async Task HandBack(WorkRecord record, TimeSpan pause, bool failed = false) =>
        await _leases.Release(record.Id, record.Lease!.Token, current =>
        {
            if (current.Status == WorkStatus.Open)
            {
                current.ClaimableAt = time.GetUtcNow() + pause;
                current.Failures += failed ? 1 : 0;
            }
        });

    private async Task Heartbeat(WorkRecord record, CancellationTokenSource lost, CancellationToken finished)
    {
        using var timer = new PeriodicTimer(_options.Heartbeat, time);
        try
        {
            while (await timer.WaitForNextTickAsync(finished))
            {
                var renewed = await _leases.Renew(
                    record.Id,
                    record.Lease!.Token,
                    _options.Lease,
                    current =>
                    {
                        current.ClaimableAt = current.Lease!.Until;
                        return current.Status == WorkStatus.Open;
                    },
                    finished);
                if (renewed is null)
                {
                    await lost.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The work has ended.
        }
        catch (Exception failure)
        {
            // Without a store the lease cannot be kept; going on would be working on somebody else's lease.
            HeartbeatFailed(logger, failure, record.Id);
            await lost.CancelAsync();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for {Command} work failed and will be tried again.")]
    private static partial void LookFailed(ILogger logger, Exception failure, string command);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Command} {Id}: attempt {Attempt} failed.")]
    private static partial void AttemptFailed(ILogger logger, Exception failure, string command, string id, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The heartbeat of {Id} failed; its work stops and is taken up again.")]
    private static partial void HeartbeatFailed(ILogger logger, Exception failure, string id);
}
