using Aigc.Application.Spending;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Bus;
using Aigc.Storage.Documents;
using MassTransit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Jobs;

/// <summary>Takes requests for long work. A request is durable before it is accepted; the message that follows is a hint.</summary>
internal sealed partial class JobDesk(
    IDocumentStore<JobDocument> jobs,
    JobLog log,
    JobEnds ends,
    Budgets budgets,
    ICommands commands,
    IBus bus,
    TimeProvider time,
    IOptions<ApplicationOptions> options,
    ILogger<JobDesk> logger)
{
    /// <summary>Accepts a job, or finds the one that was accepted for the same request before.</summary>
    /// <exception cref="ProblemException"><c>conflict</c>: the id belongs to another request; <c>insufficient_quota</c>, <c>rate_limit_exceeded</c>: it may not start.</exception>
    public async Task<JobDocument> Submit(string kind, Guid id, JobLink link, string? title, object command, CancellationToken ct)
    {
        var request = JobRequest.Of(command);
        if (await jobs.Find(id.ToString(), ct) is { } known)
        {
            return Same(known, link, request);
        }

        // Before it is in the store: what is accepted is done.
        await budgets.Admit(id, link, command, ct);
        var now = time.GetUtcNow();
        var job = new JobDocument
        {
            Id = id.ToString(),
            Kind = kind,
            RootId = link.RootId.ToString(),
            ParentId = link.ParentId?.ToString(),
            Tenant = link.Tenant,
            Title = title,
            Status = JobStatus.Queued,
            CreatedAt = now,
            Request = request,
            Due = now + options.Value.ResendAfter,
        };
        if (!await jobs.Insert(job, ct))
        {
            return Same(await jobs.Find(job.Id, ct), link, request);
        }

        await Note(job, ct);
        try
        {
            await commands.Send(command, ct);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // The broker is away; the request is safe and the sweep sends it.
            SendFailed(logger, failure, id);
        }

        return job;
    }

    /// <summary>
    /// Asks for a job to be stopped. One that nobody has heard of yet is stopped here and now; should its saga come to life all the
    /// same, the listener tells it.
    /// </summary>
    public async Task<JobDocument> Cancel(JobDocument job, CancellationToken ct)
    {
        var marked = await jobs.TryUpdate(
            job.Id,
            current =>
            {
                if (current.Ended)
                {
                    return false;
                }

                current.CancelRequested = true;
                if (current is { Status: JobStatus.Queued, Sequence: 0 })
                {
                    current.Status = JobStatus.Cancelled;
                    current.FinishedAt = time.GetUtcNow();
                    current.Due = time.GetUtcNow() + options.Value.ResendAfter;
                }

                return true;
            },
            ct);
        if (marked is null)
        {
            return await jobs.Find(job.Id, ct) ?? job;
        }

        if (marked.Ended)
        {
            await Note(marked, ct);
            await ends.Tell(marked, ct);
        }

        await bus.Publish(new CancellationRequested { JobId = Guid.Parse(job.Id) }, ct);
        return marked;
    }

    private static JobDocument Same(JobDocument? earlier, JobLink link, JobRequest request) => earlier is not null && earlier.Tenant == link.Tenant && earlier.Request == request
        ? earlier
        : throw new ProblemException("conflict", "This key was used for another request; take a new one.", "key");

    private Task Note(JobDocument job, CancellationToken ct) => log.Append(
        job.RootId,
        entry => new JobEvent
        {
            Id = entry,
            JobId = job.Id,
            ParentId = job.ParentId,
            At = time.GetUtcNow(),
            Type = JobEvent.Changed,
            Change = new ChangeEntry { Kind = job.Kind, Status = job.Status, Sequence = 0, Title = job.Title },
        },
        ct);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The command of job {Job} could not be sent; the sweep sends it again.")]
    private static partial void SendFailed(ILogger logger, Exception failure, Guid job);
}
