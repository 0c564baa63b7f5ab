using Aigc.Contracts;
using Aigc.Contracts.Jobs;

namespace Aigc.Application.Jobs;

/// <summary>The one job contract of <c>/api</c>.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Object">Always <c>job</c>.</param>
/// <param name="Kind">One of <see cref="JobKinds"/>.</param>
/// <param name="RootId">The job the user asked for.</param>
/// <param name="ParentId">The job that ordered this one.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Stage">Its saga's state, kebab case.</param>
/// <param name="Title">Short name for a person.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Result">Facts about the outcome.</param>
/// <param name="Usage">What it used.</param>
/// <param name="Sequence">Grows with every change.</param>
/// <param name="Lineage">Where its lineage is told.</param>
/// <param name="Children">Jobs it ordered, oldest first; only where one job is asked for.</param>
internal sealed record JobView(
    string Id,
    string Object,
    string Kind,
    string RootId,
    string? ParentId,
    JobStatus Status,
    string? Stage,
    string? Title,
    ProgressView? Progress,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    Problem? Error,
    IReadOnlyDictionary<string, string> Result,
    StepUsage? Usage,
    long Sequence,
    string Lineage,
    IReadOnlyList<JobView>? Children)
{
    public static JobView Of(JobDocument job, IReadOnlyList<JobView>? children = null) => new(
        job.Id,
        "job",
        job.Kind,
        job.RootId,
        job.ParentId,
        job.Status,
        job.Stage,
        job.Title,
        job.Progress is { } p ? new ProgressView(p.Stage, p.Done, p.Total, p.Unit, p.EtaSeconds) : null,
        job.CreatedAt,
        job.StartedAt,
        job.FinishedAt,
        job.Error,
        job.Result,
        job.Usage,
        job.Sequence,
        $"/lineage/{job.Id}",
        children);
}

/// <summary>How far a job is.</summary>
internal sealed record ProgressView(string Stage, double Done, double? Total, string Unit, double? EtaSeconds);

/// <summary>One page of a list.</summary>
internal sealed record JobPage(string Object, IReadOnlyList<JobView> Data, string? FirstId, string? LastId, bool HasMore);
