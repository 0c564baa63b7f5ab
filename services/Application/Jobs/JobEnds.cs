using Aigc.Storage.Documents;

namespace Aigc.Application.Jobs;

/// <summary>Somebody who must hear of every job's end. Told at least once, whichever process heard it first: what it does is idempotent by the job's id.</summary>
internal interface IJobEndListener
{
    /// <summary>The job has ended.</summary>
    Task Ended(JobDocument job, CancellationToken ct);
}

/// <summary>Tells the listeners. An end that could not be told keeps its deadline, and the sweep tells it again.</summary>
internal sealed class JobEnds(IDocumentStore<JobDocument> jobs, IEnumerable<IJobEndListener> listeners)
{
    public async Task Tell(JobDocument job, CancellationToken ct)
    {
        foreach (var listener in listeners)
        {
            await listener.Ended(job, ct);
        }

        await jobs.TryUpdate(
            job.Id,
            stored =>
            {
                var told = stored.Ended && stored.Due is not null;
                stored.Due = told ? null : stored.Due;
                return told;
            },
            ct);
    }
}
