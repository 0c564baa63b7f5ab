using Aigc.Application.OpenAI;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;

namespace Aigc.Application.Moderations;

/// <summary>Which model moderates: the one that was named, else the tenant's that knows any of OpenAI's categories: the one promoted last, or the newest.</summary>
internal sealed class ModerationModels(ModelDirectory models)
{
    /// <summary>What makes one, said wherever one is missing.</summary>
    public const string Recipe = "dotnet run --project services/Standalone -- run examples/moderation.yaml";

    /// <exception cref="ProblemException"><c>model_not_found</c>, or <c>invalid_value</c> for a model that classifies nothing.</exception>
    public async Task<RegisteredModel> Resolve(string tenant, string? name, CancellationToken ct)
    {
        var found = await models.Find(tenant, name is null ? Own : known => ModelDirectory.Find(known, name), ct);
        if (found is { Model.Labels.Count: 0 })
        {
            throw RequestBody.Invalid("model", $"The model '{name}' does not classify text. {await Otherwise(tenant, ct)}");
        }

        return found ?? throw new ProblemException(
            "model_not_found", name is null ? await Otherwise(tenant, ct) : $"{ModelDirectory.Unknown(name)} {await Otherwise(tenant, ct)}", "model");
    }

    // A client that was written for OpenAI names OpenAI's model: it is told what to do instead.
    private async Task<string> Otherwise(string tenant, CancellationToken ct) => Own(await models.List(tenant, ct)) is { } own
        ? $"Leave model out and '{own.Model.Name}' moderates."
        : $"There is no moderation model yet. This command trains one: {Recipe}";

    private static RegisteredModel? Own(IReadOnlyList<RegisteredModel> known) => ModelVersions.Current(known.Where(one => one.Model.Labels.Any(Categories.All.Contains)));
}
