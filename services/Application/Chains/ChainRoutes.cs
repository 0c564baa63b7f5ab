using System.Text;
using Aigc.Application.Jobs;
using Aigc.Contracts.Jobs;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aigc.Application.Chains;

/// <summary>Routes of chains.</summary>
internal static class ChainRoutes
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static void MapChains(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/chains").WithTags("Chains");
        group.MapPost("/", Start).WithName("StartChain")
            .WithSummary("Starts a chain from a chain file, YAML or JSON. ?base= is the absolute folder relative paths are meant from; ?key= makes it idempotent.")
            .Produces<JobView>(StatusCodes.Status202Accepted);
        group.MapPost("/{id}/resume", Resume).WithName("ResumeChain")
            .WithSummary("Goes on with a chain that failed or was cancelled, as a new run: what the earlier one has made and is still there is not made again.")
            .Produces<JobView>(StatusCodes.Status202Accepted);
        group.MapGet("/", (HttpContext context, JobArchive archive, int? limit, string? after, CancellationToken ct) =>
            JobRoutes.List(context, archive, new JobFilter(JobKinds.Chain), limit, after, ct)).WithName("ListChains").Produces<JobPage>();
        group.MapGet("/schema", () => Results.Text(ChainSchema.Text(), "application/schema+json")).WithName("ChainSchema");
    }

    private static async Task<IResult> Start(HttpContext context, ChainStarts chains, string? @base, string? key, CancellationToken ct) =>
        JobRoutes.Accepted(await chains.Submit(context.Tenant(), await Body(context, ct), @base, key, ct));

    private static async Task<IResult> Resume(HttpContext context, ChainStarts chains, JobArchive archive, string id, CancellationToken ct) =>
        await archive.Find(context.Tenant(), id, ct) is { Kind: JobKinds.Chain } earlier
            ? JobRoutes.Accepted(await chains.Resume(earlier, ct))
            : ApiErrors.NotFound("chain", id);

    private static async Task<string> Body(HttpContext context, CancellationToken ct)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(buffer, ct)) > 0)
        {
            if (body.Length + read > ChainText.MaxBytes)
            {
                throw new BadHttpRequestException("The chain file is larger than 1 MB.", StatusCodes.Status413PayloadTooLarge);
            }

            body.Write(buffer, 0, read);
        }

        try
        {
            var text = Strict.GetString(body.GetBuffer(), 0, (int)body.Length);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException)
        {
            throw new ProblemException("chain_invalid", "The chain file is not UTF-8 text.");
        }
    }
}
