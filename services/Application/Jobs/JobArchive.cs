using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults;
using Aigc.Storage.Documents;

namespace Aigc.Application.Jobs;

/// <summary>What to list.</summary>
internal sealed record JobFilter(string? Kind = null, JobStatus? Status = null, string? Parent = null);

/// <summary>Reads jobs for one tenant. What belongs to another is not there.</summary>
internal sealed class JobArchive(IDocumentStore<JobDocument> jobs, IDocumentStore<JobEvent> events)
{
    public const int MaxPage = 100;

    /// <summary>The job, or null when this tenant has none of that id.</summary>
    public async Task<JobDocument?> Find(string tenant, string id, CancellationToken ct) =>
        Guid.TryParse(id, out var guid) && await jobs.Find(guid.ToString(), ct) is { } job && job.Tenant == tenant ? job : null;

    /// <summary>Jobs a job ordered, oldest first.</summary>
    public Task<IReadOnlyList<JobDocument>> Children(JobDocument job, CancellationToken ct) =>
        jobs.Query(new DocumentQuery<JobDocument>().Where(j => j.ParentId, job.Id).Where(j => j.Tenant, job.Tenant).OrderBy(j => j.CreatedAt), ct);

    /// <summary>Every job of a tree, oldest first.</summary>
    public Task<IReadOnlyList<JobDocument>> Tree(JobDocument root, CancellationToken ct) =>
        jobs.Query(new DocumentQuery<JobDocument>().Where(j => j.RootId, root.Id).Where(j => j.Tenant, root.Tenant).OrderBy(j => j.CreatedAt), ct);

    /// <summary>The newest progress entries of a tree that carry a fact, oldest first.</summary>
    public async Task<IReadOnlyList<JobEvent>> Progress(JobDocument root, string jobId, CancellationToken ct) =>
        await events.Query(
            new DocumentQuery<JobEvent>()
                .Where(e => e.JobId, jobId)
                .Where(e => e.Type, JobEvent.Progressed)
                .AtLeast(e => e.Id, JobEvent.IdOf(root.Id, 0))
                .AtMost(e => e.Id, JobEvent.IdOf(root.Id, 999_999_999_999))
                .OrderBy(e => e.Id),
            ct);

    /// <summary>Newest first. <paramref name="after"/> is the last id of the page before.</summary>
    /// <exception cref="ProblemException">There is no job <paramref name="after"/>.</exception>
    public async Task<(IReadOnlyList<JobDocument> Jobs, bool HasMore)> List(string tenant, JobFilter filter, int limit, string? after, CancellationToken ct)
    {
        var cursor = after is null ? null
            : await Find(tenant, after, ct) ?? throw new ProblemException("invalid_cursor", $"There is no job '{after}' to go on from.", "after");
        var found = new List<JobDocument>();
        for (var skip = 0; found.Count <= limit; skip += limit + 1)
        {
            var page = await jobs.Query(Query(tenant, filter, cursor).Skip(skip).Take(limit + 1), ct);
            // Jobs of the cursor's very instant that sort before it were on the page before.
            found.AddRange(page.Where(job => cursor is null || job.CreatedAt < cursor.CreatedAt || string.CompareOrdinal(job.Id, cursor.Id) < 0));
            if (page.Count <= limit)
            {
                break;
            }
        }

        return (found.Count > limit ? found[..limit] : found, found.Count > limit);
    }

    private static DocumentQuery<JobDocument> Query(string tenant, JobFilter filter, JobDocument? cursor)
    {
        var query = new DocumentQuery<JobDocument>().Where(job => job.Tenant, tenant).OrderBy(job => job.CreatedAt, descending: true);
        if (filter.Kind is { } kind)
        {
            query.Where(job => job.Kind, kind);
        }

        if (filter.Status is { } status)
        {
            query.Where(job => job.Status, status);
        }

        if (filter.Parent is { } parent)
        {
            query.Where(job => job.ParentId, parent);
        }

        return cursor is null ? query : query.AtMost(job => job.CreatedAt, cursor.CreatedAt);
    }
}
