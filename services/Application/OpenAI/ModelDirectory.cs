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

    /// <summary>Every version of every name, the newest first.</summary>
    public async Task<IReadOnlyList<RegisteredModel>> List(string tenant, CancellationToken ct) =>
        _known.TryGetValue(tenant, out var known) && time.GetElapsedTime(known.At) < options.Value.ModelsCached ? known.Models : await Ask(tenant, ct);

    /// <summary>What is served: one version of each name.</summary>
    public async Task<IEnumerable<RegisteredModel>> Served(string tenant, CancellationToken ct) =>
        (await List(tenant, ct)).GroupBy(m => m.Model.Name).Select(versions => ModelVersions.Current(versions)).OfType<RegisteredModel>().OrderBy(m => m.Model.Name, StringComparer.Ordinal);

    /// <summary>Forgets what is remembered of a tenant's models.</summary>
    public void Forget(string tenant) => _known.TryRemove(tenant, out _);

    /// <summary>The version of a name that is served, or the model of a digest.</summary>
    /// <exception cref="ProblemException"><c>model_not_found</c>.</exception>
    public async Task<RegisteredModel> Resolve(string tenant, string name, CancellationToken ct) =>
        await Find(tenant, models => Find(models, name), ct) ?? throw new ProblemException("model_not_found", Unknown(name), "model");

    /// <summary>A model of a tenant. One that is not remembered may have been registered since: the registry has the last word.</summary>
    public async Task<RegisteredModel?> Find(string tenant, Func<IReadOnlyList<RegisteredModel>, RegisteredModel?> which, CancellationToken ct) =>
        which(await List(tenant, ct)) ?? which(await Ask(tenant, ct));

    /// <summary>What is said of a model nobody of this tenant knows.</summary>
    public static string Unknown(string name) => $"The model '{name}' does not exist or you do not have access to it.";

    /// <summary>The version of a name that is served, or the one of a digest.</summary>
    public static RegisteredModel? Find(IReadOnlyList<RegisteredModel> models, string name)
    {
        var registered = TunedNames.Registered(name);
        return ModelVersions.Current(models.Where(m => m.Model.Name == registered)) ?? models.FirstOrDefault(m => ModelVersions.DigestOf(m.Model) == name);
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

/// <summary>Another version is served, or one is gone: what this process remembers is no longer so.</summary>
internal sealed class ModelChangeConsumer(ModelDirectory models) : IConsumer<ModelPromoted>, IConsumer<ModelErased>
{
    public const string Name = "application.models";

    public Task Consume(ConsumeContext<ModelPromoted> context)
    {
        models.Forget(context.Message.Tenant);
        return Task.CompletedTask;
    }

    public Task Consume(ConsumeContext<ModelErased> context)
    {
        models.Forget(context.Message.Tenant);
        return Task.CompletedTask;
    }
}
