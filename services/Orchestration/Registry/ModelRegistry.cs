using Aigc.Contracts;
using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;
using MassTransit;

namespace Aigc.Orchestration.Registry;

/// <summary>A registered model.</summary>
internal sealed class ModelDocument : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public required string Name { get; init; }

    public required string Digest { get; init; }

    public required DateTimeOffset At { get; set; }

    public required RegisteredModel Entry { get; set; }
}

/// <summary>Which models a tenant has. Names may be registered again: the newest is served, the older stay reachable by digest.</summary>
internal sealed class ModelRegistry(IDocumentStore<ModelDocument> models, TimeProvider time)
{
    public static Problem Unknown(string model) => new()
    {
        Code = "model_not_found",
        Message = $"There is no model '{model}'; GET /v1/models lists what there is.",
        Param = "model",
    };

    /// <summary>The newest model of a name, or the one of a digest.</summary>
    public async Task<RegisteredModel?> Find(string tenant, string nameOrDigest, CancellationToken ct)
    {
        var all = new DocumentQuery<ModelDocument>().Where(m => m.Tenant, tenant);
        var one = Digest.IsValid(nameOrDigest) ? all.Where(m => m.Digest, nameOrDigest) : all.Where(m => m.Name, nameOrDigest);
        return await models.Query(one.OrderBy(m => m.At, descending: true).Take(1), ct) is [var newest, ..] ? newest.Entry : null;
    }

    public async Task<IReadOnlyList<RegisteredModel>> List(string tenant, CancellationToken ct) =>
        [.. (await models.Query(new DocumentQuery<ModelDocument>().Where(m => m.Tenant, tenant).OrderBy(m => m.At, descending: true), ct)).Select(m => m.Entry)];

    /// <summary>Registers a model; the same model under the same name again is moved to the front.</summary>
    public async Task<RegisteredModel> Register(RegisterModel command, CancellationToken ct)
    {
        var id = Digest.OfParts(command.Tenant, command.Model.Name, command.Model.Folder.Digest);
        var document = new ModelDocument
        {
            Id = id,
            Tenant = command.Tenant,
            Name = command.Model.Name,
            Digest = command.Model.Folder.Digest,
            At = time.GetUtcNow(),
            Entry = new RegisteredModel { Model = command.Model, At = time.GetUtcNow(), RunId = command.RunId, Evaluation = command.Evaluation },
        };
        if (await models.Insert(document, ct))
        {
            return document.Entry;
        }

        // Another run that made the very same model asks for it to be served again; the same run's command that comes twice does not.
        var moved = await models.TryUpdate(
            id,
            known =>
            {
                var again = known.Entry.RunId != command.RunId;
                (known.At, known.Entry) = again ? (document.At, document.Entry) : (known.At, known.Entry);
                return again;
            },
            ct);
        return (moved ?? await models.Find(id, ct))?.Entry ?? document.Entry;
    }
}

/// <summary>Answers what the registry is asked on the bus.</summary>
internal sealed class RegistryConsumer(ModelRegistry registry) : IConsumer<RegisterModel>, IConsumer<ListModels>
{
    public async Task Consume(ConsumeContext<RegisterModel> context)
    {
        var entry = await registry.Register(context.Message, context.CancellationToken);
        await context.Publish(new ModelRegistered { RunId = context.Message.RunId, Model = entry.Model, Tenant = context.Message.Tenant, At = entry.At });
    }

    public async Task Consume(ConsumeContext<ListModels> context)
    {
        var (tenant, model) = (context.Message.Tenant, context.Message.Model);
        IReadOnlyList<RegisteredModel> found = model is null
            ? await registry.List(tenant, context.CancellationToken)
            : await registry.Find(tenant, model, context.CancellationToken) is { } one ? [one] : [];
        await context.RespondAsync(new ModelList { Models = found });
    }
}
