using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;

namespace Aigc.Application.Jobs;

/// <summary>
/// Follows the log of a job by asking the store: whichever process heard the news, whichever process is asked, the same stream. One
/// mechanism for one process and for many; it costs a range read of an index a quarter second and watcher.
/// </summary>
internal sealed class JobWatch(JobArchive archive, JobLog log, TimeProvider time, IOptions<ApplicationOptions> options)
{
    private const int Page = 500;

    /// <summary>
    /// Entries after a number, as they come; null now and then, when there is nothing to tell. Ends after the job's end has been told.
    /// A root is followed with everything under it, any other job with its own children.
    /// </summary>
    public async IAsyncEnumerable<JobEvent?> Follow(JobDocument job, long after, [EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            // Asked before the log is: an end that is in the document is in the log by then.
            var ended = await archive.Find(job.Tenant, job.Id, ct) is not { Ended: false };
            var entries = await log.After(job.RootId, after, Page, ct);
            foreach (var entry in entries)
            {
                after = entry.Number;
                if (job.Id == job.RootId || entry.JobId == job.Id || entry.ParentId == job.Id)
                {
                    yield return entry;
                }
            }

            if (entries.Count < Page)
            {
                if (ended)
                {
                    yield break;
                }

                yield return null;
                await Task.Delay(options.Value.WatchEvery, time, ct);
            }
        }
    }
}
