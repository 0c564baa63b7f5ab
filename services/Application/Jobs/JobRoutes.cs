using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aigc.Application.Jobs;

/// <summary>Routes every long-running thing shares.</summary>
internal static class JobRoutes
{
    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/jobs").WithTags("Jobs");
        group.MapGet("/", (HttpContext context, JobArchive archive, string? kind, string? status, string? parent, int? limit, string? after, CancellationToken ct) =>
            List(context, archive, new JobFilter(kind, StatusOf(status), parent), limit, after, ct)).WithName("ListJobs").Produces<JobPage>();
        group.MapGet("/{id}", Get).WithName("GetJob").Produces<JobView>();
        group.MapPost("/{id}/cancel", Cancel).WithName("CancelJob").Produces<JobView>(StatusCodes.Status202Accepted);
        group.MapGet("/{id}/events", Events).WithName("FollowJob").WithSummary("Server-sent events; resumes after Last-Event-ID; ends when the job has.");
    }

    /// <summary>202 with the job and where it is.</summary>
    public static IResult Accepted(JobDocument job) => Results.Accepted($"/api/jobs/{job.Id}", JobView.Of(job));

    public static async Task<IResult> List(HttpContext context, JobArchive archive, JobFilter filter, int? limit, string? after, CancellationToken ct)
    {
        if (limit is < 1 or > JobArchive.MaxPage)
        {
            throw new ProblemException("invalid_value", $"limit must be between 1 and {JobArchive.MaxPage}.", "limit");
        }

        var (jobs, more) = await archive.List(context.Tenant(), filter, limit ?? 20, after, ct);
        var views = jobs.Select(job => JobView.Of(job)).ToArray();
        return Results.Ok(new
        {
            @object = "list",
            data = views,
            first_id = views.FirstOrDefault()?.Id,
            last_id = views.LastOrDefault()?.Id,
            has_more = more,
        });
    }

    private static async Task<IResult> Get(HttpContext context, JobArchive archive, string id, CancellationToken ct) =>
        await archive.Find(context.Tenant(), id, ct) is { } job
            ? Results.Ok(JobView.Of(job, [.. (await archive.Children(job, ct)).Select(child => JobView.Of(child))]))
            : ApiErrors.NotFound("job", id);

    private static async Task<IResult> Cancel(HttpContext context, JobArchive archive, JobDesk desk, string id, CancellationToken ct) =>
        await archive.Find(context.Tenant(), id, ct) is { } job
            ? Accepted(await desk.Cancel(job, ct))
            : ApiErrors.NotFound("job", id);

    private static async Task<IResult> Events(HttpContext context, JobArchive archive, JobStream stream, string id)
    {
        if (await archive.Find(context.Tenant(), id, context.RequestAborted) is not { } job)
        {
            return ApiErrors.NotFound("job", id);
        }

        await stream.Write(context, job);
        return Results.Empty;
    }

    private static JobStatus? StatusOf(string? status) => status is null ? null
        : Enum.TryParse<JobStatus>(status, ignoreCase: true, out var parsed) && Enum.IsDefined(parsed) && !char.IsDigit(status[0]) ? parsed
        : throw new ProblemException("invalid_value", $"'{status}' is not a status; it is one of {string.Join(", ", Enum.GetNames<JobStatus>().Select(name => name.ToLowerInvariant()))}.", "status");
}
