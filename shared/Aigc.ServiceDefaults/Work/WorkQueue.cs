using Aigc.Contracts.Jobs;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.ServiceDefaults.Work;

/// <summary>Wakes the runner of this process when work was put down, so that it need not wait for its next look.</summary>
internal sealed class WorkSignal<TCommand> : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0);

    public void Set() => _signal.Release();

    public Task<bool> Wait(TimeSpan atMost, CancellationToken ct) => _signal.WaitAsync(atMost, ct);

    public void Dispose() => _signal.Dispose();
}

/// <summary>Acknowledges a command into a record. A repeat of finished work is answered with what it ended with.</summary>
internal sealed class WorkConsumer<TCommand>(
    IWork<TCommand> work, IDocumentStore<WorkRecord> records, IDocumentStore<CancelledJob> cancelled, WorkSignal<TCommand> signal, TimeProvider time)
    : IConsumer<TCommand>
    where TCommand : class
{
    public async Task Consume(ConsumeContext<TCommand> context)
    {
        var id = work.IdOf(context.Message);
        var (jobId, job) = work.JobOf(context.Message);
        var inserted = await records.Insert(
            new WorkRecord
            {
                Id = id,
                Kind = typeof(TCommand).Name,
                Command = DocumentJson.Write(context.Message),
                JobId = jobId,
                Job = job,
                ClaimableAt = time.GetUtcNow(),
            },
            context.CancellationToken);
        if (!inserted && await records.Find(id, context.CancellationToken) is { Outcome: not null } finished)
        {
            var outcome = WorkOutcome.Read(finished);
            await context.Publish(outcome, outcome.GetType(), context.CancellationToken);
        }

        if (await cancelled.Find(jobId.ToString(), context.CancellationToken) is not null)
        {
            await records.TryUpdate(id, CancelledJob.Stop, context.CancellationToken);
        }

        signal.Set();
    }
}

/// <summary>Marks the work of a cancelled job; whoever runs it sees the mark with its next heartbeat.</summary>
internal sealed class WorkCancellation(IDocumentStore<WorkRecord> records, IDocumentStore<CancelledJob> cancelled) : IConsumer<CancellationRequested>
{
    public async Task Consume(ConsumeContext<CancellationRequested> context)
    {
        // Written before the look-up, and looked for after a record is inserted: of the two, one sees the other.
        await cancelled.Insert(new CancelledJob { Id = context.Message.JobId.ToString() }, context.CancellationToken);
        var open = await records.Query(
            new DocumentQuery<WorkRecord>().Where(record => record.JobId, context.Message.JobId).Where(record => record.Status, WorkStatus.Open),
            context.CancellationToken);
        foreach (var record in open)
        {
            await records.TryUpdate(record.Id, CancelledJob.Stop, context.CancellationToken);
        }
    }
}

/// <summary>That a job was cancelled, for work of it that is put down later: a command may be delivered after its cancellation.</summary>
internal sealed class CancelledJob : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    /// <summary>Stops a record that is still open.</summary>
    public static bool Stop(WorkRecord record)
    {
        if (record.Status != WorkStatus.Open)
        {
            return false;
        }

        record.Status = WorkStatus.Cancelled;
        record.ClaimableAt = null;
        return true;
    }
}
