using Aigc.Contracts.Jobs;
using Aigc.Storage.Documents;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Jobs;

/// <summary>Writes down what is heard of jobs: the log first, then the document, so that a crash in between tells twice rather than never.</summary>
internal sealed class JobBook(
    IDocumentStore<JobDocument> jobs, JobLog log, JobTurns turns, TimeProvider time, IOptions<ApplicationOptions> options)
{
    /// <summary>A job's state as its saga sees it. Returns the job as it is written now; null for a change that came late.</summary>
    public async Task<JobDocument?> Hear(JobChanged change, CancellationToken ct)
    {
        var (id, root) = (change.JobId.ToString(), change.Job.RootId.ToString());
        using var turn = await turns.Take(root, ct);
        var known = await jobs.Find(id, ct);
        if (known is not null && change.Sequence <= known.Sequence)
        {
            return null;
        }

        if (known is null || Tells(known, change))
        {
            await log.Append(root, entry => Entry(entry, change), ct);
        }

        return await jobs.Upsert(id, () => Create(change), job => Apply(job, change), ct);
    }

    /// <summary>How far a job is. The log is written even before the job itself was heard of.</summary>
    public async Task Hear(JobProgressed progress, CancellationToken ct)
    {
        var (id, root) = (progress.JobId.ToString(), progress.Job.RootId.ToString());
        using var turn = await turns.Take(root, ct);
        await log.Append(root, entry => Entry(entry, progress), ct);
        await jobs.TryUpdate(
            id,
            job =>
            {
                if (job.Ended)
                {
                    return false;
                }

                job.Progress = JobProgress.Next(job.Progress, progress);
                Heard(job);
                return true;
            },
            ct);
    }

    private static bool Tells(JobDocument known, JobChanged change) =>
        known.Status != change.Status || known.Stage != change.Stage || known.Title != change.Title || known.Error != change.Error
        || known.Result.Count != change.Result.Count || change.Result.Any(fact => known.Result.GetValueOrDefault(fact.Key) != fact.Value);

    private static JobDocument Create(JobChanged change) => new()
    {
        Id = change.JobId.ToString(),
        Kind = change.Kind,
        RootId = change.Job.RootId.ToString(),
        Tenant = change.Job.Tenant,
        CreatedAt = change.At,
    };

    private static JobEvent Entry(string id, JobChanged change) => new()
    {
        Id = id,
        JobId = change.JobId.ToString(),
        ParentId = change.Job.ParentId?.ToString(),
        At = change.At,
        Type = JobEvent.Changed,
        Change = new ChangeEntry
        {
            Kind = change.Kind,
            Status = change.Status,
            Sequence = change.Sequence,
            Stage = change.Stage,
            Title = change.Title,
            Error = change.Error,
            Result = change.Result,
        },
    };

    private static JobEvent Entry(string id, JobProgressed progress) => new()
    {
        Id = id,
        JobId = progress.JobId.ToString(),
        ParentId = progress.Job.ParentId?.ToString(),
        At = progress.At,
        Type = JobEvent.Progressed,
        Progress = new ProgressEntry
        {
            Stage = progress.Stage,
            Done = progress.Done,
            Total = progress.Total,
            Unit = progress.Unit,
            Facts = progress.Facts,
        },
    };

    private void Apply(JobDocument job, JobChanged change)
    {
        if (change.Sequence <= job.Sequence)
        {
            return;
        }

        job.Sequence = change.Sequence;
        job.Kind = change.Kind;
        job.RootId = change.Job.RootId.ToString();
        job.ParentId = change.Job.ParentId?.ToString();
        job.Status = change.Status;
        job.Stage = change.Stage;
        job.Title = change.Title ?? job.Title;
        job.Error = change.Error;
        job.Result = change.Result.ToDictionary();
        job.Usage = change.Usage;
        if (change.Status != JobStatus.Queued)
        {
            job.StartedAt ??= change.At;
        }

        if (job.Ended)
        {
            job.FinishedAt ??= change.At;
            // Until those who must know of the end have been told.
            job.Due = time.GetUtcNow() + options.Value.ResendAfter;
        }
        else
        {
            job.FinishedAt = null;
            Heard(job);
        }
    }

    private void Heard(JobDocument job)
    {
        job.Silences = 0;
        job.Due = time.GetUtcNow() + (job.Status == JobStatus.Queued && job.Request is not null ? options.Value.ResendAfter : options.Value.JobSilence);
    }
}
