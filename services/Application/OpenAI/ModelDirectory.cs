using System.Collections.Concurrent;
using Aigc.Application.FineTuning;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aigc.Application.OpenAI;

/// <summary>The models a tenant may use, as the registry tells them; remembered for a moment, so that a request costs no question.</summary>
internal sealed class ModelDirectory(IServiceScopeFactory scopes, TimeProvider time, IOptions<ApplicationOptions> options)
{
    private const int MaxTenants = 1024;
    private readonly ConcurrentDictionary<string, Known> _known = new();

    /// <summary>By name, newest first.</summary>
    public async Task<IReadOnlyList<RegisteredModel>> List(string tenant, CancellationToken ct) =>
        _known.TryGetValue(tenant, out var known) && time.GetElapsedTime(known.At) < options.Value.ModelsCached ? known.Models : await Ask(tenant, ct);

    /// <summary>The newest model of a name, or the model of a digest.</summary>
    /// <exception cref="ProblemException"><c>model_not_found</c>.</exception>
    public async Task<RegisteredModel> Resolve(string tenant, string name, CancellationToken ct) =>
        await Find(tenant, models => Find(models, name), ct) ?? throw new ProblemException("model_not_found", Unknown(name), "model");

    /// <summary>A model of a tenant. One that is not remembered may have been registered since: the registry has the last word.</summary>
    public async Task<RegisteredModel?> Find(string tenant, Func<IReadOnlyList<RegisteredModel>, RegisteredModel?> which, CancellationToken ct) =>
        which(await List(tenant, ct)) ?? which(await Ask(tenant, ct));

    /// <summary>What is said of a model nobody of this tenant knows.</summary>
    public static string Unknown(string name) => $"The model '{name}' does not exist or you do not have access to it.";

    /// <summary>The newest of a name, or the one of a digest.</summary>
    public static RegisteredModel? Find(IReadOnlyList<RegisteredModel> models, string name)
    {
        var registered = TunedNames.Registered(name);
        return models.Where(m => m.Model.Name == registered).MaxBy(m => m.At) ?? models.FirstOrDefault(m => m.Model.Folder.Digest == name);
    }

    private async Task<IReadOnlyList<RegisteredModel>> Ask(string tenant, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var client = scope.ServiceProvider.GetRequiredService<IRequestClient<ListModels>>();
        var answer = await client.GetResponse<ModelList>(new ListModels { Tenant = tenant }, ct);
        if (_known.Count > MaxTenants)
        {
            _known.Clear();
        }

        _known[tenant] = new Known(time.GetTimestamp(), answer.Message.Models);
        return answer.Message.Models;
    }

    private sealed record Known(long At, IReadOnlyList<RegisteredModel> Models);
}
