using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Http;

namespace Aigc.Orchestration.Registry;

/// <summary>A version as it is listed.</summary>
internal sealed record VersionView(string Digest, bool Current, RegisteredModel Version);

/// <summary>A page of a name's versions, the newest first.</summary>
internal sealed record VersionPage(IReadOnlyList<VersionView> Data, long Total);

/// <summary>Models: seen by whoever may look; promoted, rolled back and erased by whoever may train.</summary>
internal static class ModelRoutes
{
    private const int MostListed = 200;
    private const string Scope = "train";

    public static void MapModels(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/models").WithTags("Models");
        group.MapGet("", (HttpContext http, ModelRegistry registry, CancellationToken ct) => registry.List(http.Tenant(), ct)).WithSummary("Every version of every model, the newest first.");
        group.MapGet("{model}", One).WithSummary("The version of a name that is served, or the version of a digest; of one that was erased, what is left.").Produces<RegisteredModel>();
        group.MapGet("{model}/versions", Versions).WithSummary("The versions of a name, the newest first, which of them is served, and which were erased by whom.").Produces<VersionPage>();

        var acts = group.MapGroup("{model}").AddEndpointFilter(async (context, next) => context.HttpContext.Caller().May(Scope)
            ? await next(context)
            : ApiErrors.Result(StatusCodes.Status403Forbidden, "scope_missing", $"This caller does not have the scope '{Scope}'."));
        acts.MapPost("versions/{digest}/promote", Promote).WithSummary("Serves this version of the name, whatever is registered later.").Produces<RegisteredModel>();
        acts.MapPost("roll-back", RollBack).WithSummary("Serves the version that was registered before the one that is served.").Produces<RegisteredModel>();
        acts.MapDelete("promotion", FollowNewest).WithSummary("Serves the newest version, and each that is registered later.").Produces<RegisteredModel>();
        acts.MapDelete("versions/{digest}", Erase).WithSummary("Erases a version: its files are deleted where no other model needs them; that it was there, and its lineage, stays.").Produces<RegisteredModel>();
    }

    private static async Task<IResult> One(string model, HttpContext http, ModelRegistry registry, CancellationToken ct) =>
        await registry.FindEvenErased(http.Tenant(), model, ct) is { } found ? Results.Ok(found) : ApiErrors.NotFound("model", model);

    private static async Task<IResult> Versions(string model, int? limit, int? skip, HttpContext http, ModelRegistry registry, CancellationToken ct)
    {
        if (limit is < 1 or > MostListed || skip is < 0)
            return ApiErrors.Result(StatusCodes.Status400BadRequest, "limit_invalid", $"limit is between 1 and {MostListed}, skip at least 0.", "limit");
        var all = await registry.Versions(http.Tenant(), model, ct);
        if (all.Count == 0)
            return ApiErrors.NotFound("model", model);
        var current = ModelVersions.Current(all);
        return Results.Ok(new VersionPage(
            [.. all.Skip(skip ?? 0).Take(limit ?? 50).Select(version => new VersionView(ModelVersions.DigestOf(version.Model), version == current, version))], all.Count));
    }

    private static async Task<IResult> Promote(string model, string digest, HttpContext http, Promotions promotions, AdministrativeActs acts, CancellationToken ct) =>
        await Told(http, acts, "model.promoted", model, await promotions.Promote(http.Tenant(), model, digest, ct), $"{model}/versions/{digest}");

    private static async Task<IResult> RollBack(string model, HttpContext http, Promotions promotions, AdministrativeActs acts, CancellationToken ct) =>
        await Told(http, acts, "model.rolled-back", model, await promotions.RollBack(http.Tenant(), model, ct), model);

    private static async Task<IResult> FollowNewest(string model, HttpContext http, Promotions promotions, AdministrativeActs acts, CancellationToken ct) =>
        await Told(http, acts, "model.unpinned", model, await promotions.FollowNewest(http.Tenant(), model, ct), model);

    private static async Task<IResult> Erase(string model, string digest, HttpContext http, Erasures erasures, AdministrativeActs acts, CancellationToken ct) =>
        await Told(http, acts, "model.erased", model, await erasures.Erase(http.Tenant(), model, digest, http.Caller().Actor, ct), $"{model}/versions/{digest}");

    private static async Task<IResult> Told(HttpContext http, AdministrativeActs acts, string act, string model, RegisteredModel? done, string sought)
    {
        if (done is null)
            return ApiErrors.NotFound("model", sought);
        await acts.Tell(http, act, model, new Dictionary<string, string> { ["digest"] = ModelVersions.DigestOf(done.Model) });
        return Results.Ok(done);
    }
}
