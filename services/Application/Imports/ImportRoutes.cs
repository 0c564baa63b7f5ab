using System.Text;
using System.Text.Json.Serialization;
using Aigc.Application.Jobs;
using Aigc.Application.Spending;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;
using Aigc.Storage.Artifacts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aigc.Application.Imports;

/// <summary>An import as it is asked for: where the model is, and the name to register it under (without one, made of the source's).</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ImportBody(ModelSource? Source, string? Name = null, string Tier = "large");

/// <summary>Models that exist elsewhere: accepted, brought here and watched as jobs.</summary>
internal static class ImportRoutes
{
    private const int LongestName = 63;

    public static void MapImports(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/imports").WithTags("Imports");
        group.MapPost("/", Start).WithName("StartImport").WithSummary("Brings a model from a hub, a directory or a web server and registers it; ?key= makes it idempotent.").Produces<JobView>(StatusCodes.Status202Accepted);
        group.MapGet("/", (HttpContext context, JobArchive archive, int? limit, string? after, CancellationToken ct) =>
            JobRoutes.List(context, archive, new JobFilter(JobKinds.ModelImport), limit, after, ct)).WithName("ListImports").Produces<JobPage>();
    }

    private static async Task<IResult> Start(HttpContext context, JobDesk desk, Payers payers, ImportBody body, string? key, CancellationToken ct)
    {
        var tenant = context.Tenant();
        if (body.Source is null)
        {
            throw new ProblemException("invalid_source", "Say where the model is: hub, directory or url.", "source");
        }

        var id = key is null ? Guid.NewGuid() : Digest.ToGuid(tenant, "import", key);
        var link = payers.Link(id, tenant);
        var name = body.Name ?? NameOf(body.Source);
        var command = new ImportModel { ImportId = id, Job = link, Name = name, Tier = body.Tier, Source = body.Source };
        return JobRoutes.Accepted(await desk.Submit(JobKinds.ModelImport, id, link, name, command, ct));
    }

    /// <summary><c>onnx-community/SmolLM2-135M-Instruct</c> becomes <c>smollm2-135m-instruct</c>; a subfolder's name follows.</summary>
    internal static string NameOf(ModelSource source)
    {
        var last = (source.Hub?.Name ?? source.Directory ?? "").TrimEnd('/', '\\').Split('/', '\\')[^1] + "-" + source.Hub?.Subfolder;
        var name = new StringBuilder();
        foreach (var letter in last)
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                name.Append(char.ToLowerInvariant(letter));
            }
            else if (name.Length > 0 && name[^1] != '-')
            {
                name.Append('-');
            }
        }

        var made = name.ToString(0, Math.Min(name.Length, LongestName)).Trim('-');
        return made.Length > 0 ? made : throw new ProblemException("name_missing", "Give the name to register the model under.", "name");
    }
}
