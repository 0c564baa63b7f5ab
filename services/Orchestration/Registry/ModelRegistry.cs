using Aigc.Contracts;
using Aigc.Contracts.Orchestration;
using Aigc.ServiceDefaults;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;
using Aigc.Storage.Leases;

namespace Aigc.Orchestration.Registry;

/// <summary>
/// Which models a tenant has. A name may be registered again and again: <see cref="ModelVersions.Current"/> says which version is served; the others stay
/// reachable by digest until they are erased.
/// </summary>
internal sealed class ModelRegistry(IDocumentStore<ModelDocument> models, ArtifactFolders folders, Locks locks, TimeProvider time)
{
    /// <summary>Held while it is decided which files a model still needs, and while one is taken in: neither may see half of the other.</summary>
    public const string Lock = "model-files";

    public static Problem Unknown(string model) => new()
    {
        Code = "model_not_found",
        Message = $"There is no model '{model}'; GET /v1/models lists what there is.",
        Param = "model",
    };

    /// <summary>The version of a name that is served, or the one of a digest.</summary>
    public async Task<RegisteredModel?> Find(string tenant, string nameOrDigest, CancellationToken ct) =>
        ModelVersions.Current(await Entries(Of(tenant, nameOrDigest), ct));

    /// <summary>As <see cref="Find"/>; what is left of an erased one where it is asked for by digest.</summary>
    public async Task<RegisteredModel?> FindEvenErased(string tenant, string nameOrDigest, CancellationToken ct)
    {
        var found = await Entries(Of(tenant, nameOrDigest), ct);
        return ModelVersions.Current(found) ?? (found is [var erased, ..] ? erased : null);
    }

    /// <summary>Every version there is, the newest first.</summary>
    public Task<IReadOnlyList<RegisteredModel>> List(string tenant, CancellationToken ct) =>
        Entries(new DocumentQuery<ModelDocument>().Where(m => m.Tenant, tenant).Where(m => m.ErasedAt, null), ct);

    /// <summary>Every version of a name, the erased ones too, the newest first.</summary>
    public Task<IReadOnlyList<RegisteredModel>> Versions(string tenant, string name, CancellationToken ct) =>
        Entries(new DocumentQuery<ModelDocument>().Where(m => m.Tenant, tenant).Where(m => m.Name, name), ct);

    /// <summary>Registers a model; another run that made the very same one moves it to the front.</summary>
    /// <exception cref="ProblemException"><c>model_incomplete</c>: not all of its files are stored.</exception>
    public Task<RegisteredModel> Register(RegisterModel command, CancellationToken ct) => locks.Hold(Lock, () => Take(command, ct), ct);

    private async Task<RegisteredModel> Take(RegisterModel command, CancellationToken ct)
    {
        var id = ModelDocument.IdOf(command.Tenant, command.Model);
        var known = await models.Find(id, ct);
        // The same command may come twice, and the second time after the model was erased.
        if (known is not null && (known.Entry.RunId == command.RunId || known.Runs.Contains(command.RunId)))
        {
            return known.Entry;
        }

        await CheckWhole(command, ct);
        var (now, files) = (time.GetUtcNow(), await folders.Files(command.Model, ct));
        var entry = new RegisteredModel { Model = command.Model, At = now, RunId = command.RunId, Evaluation = command.Evaluation };
        var document = await models.Upsert(
            id,
            () => new ModelDocument { Id = id, Tenant = command.Tenant, Name = command.Model.Name, Digest = ModelVersions.DigestOf(command.Model), At = now, Entry = entry },
            there =>
            {
                there.Entry = entry with { PromotedAt = there.Entry.PromotedAt };
                (there.At, there.Files, there.ErasedAt, there.DeletingSince) = (now, files, null, null);
                there.Runs.Add(command.RunId);
            },
            ct);
        return document.Entry;
    }

    // What a run found stored may have been erased before it came here.
    private async Task CheckWhole(RegisterModel command, CancellationToken ct)
    {
        foreach (var folder in command.Model.Folders())
        {
            if (!await folders.IsWhole(folder, ct))
            {
                throw new ProblemException("model_incomplete", $"The model '{command.Model.Name}' was not registered: files of {folder.Digest[..12]} are gone, because a model that shared them was erased meanwhile. Run it again.");
            }
        }
    }

    private static DocumentQuery<ModelDocument> Of(string tenant, string nameOrDigest)
    {
        var all = new DocumentQuery<ModelDocument>().Where(m => m.Tenant, tenant);
        return Digest.IsValid(nameOrDigest) ? all.Where(m => m.Digest, nameOrDigest) : all.Where(m => m.Name, nameOrDigest).Where(m => m.ErasedAt, null);
    }

    private async Task<IReadOnlyList<RegisteredModel>> Entries(DocumentQuery<ModelDocument> query, CancellationToken ct) =>
        [.. (await models.Query(query.OrderBy(m => m.At, descending: true), ct)).Select(m => m.Entry)];
}
