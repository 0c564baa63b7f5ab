using Aigc.Contracts;
using Aigc.Contracts.Jobs;
using Aigc.Contracts.ModelTraining;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Files;
using Aigc.ServiceDefaults.Work;
using Aigc.Storage.Artifacts;
using Microsoft.Extensions.Options;

namespace Aigc.ModelTraining.Imports;

/// <summary>
/// Brings a model's files, checks that they are a model and stores them. What is here of them lies in a folder of the import, so whoever takes the work
/// over goes on in the middle of a file.
/// </summary>
internal sealed class FetchModelWork(ArtifactFolders folders, FileRoots roots, ImportFolders imports, IOptions<ImportOptions> options, Retries retries) : IWork<FetchModel>
{
    public string IdOf(FetchModel command) => $"fetch/{command.ImportId}";

    public (Guid JobId, JobLink Job) JobOf(FetchModel command) => (command.ImportId, command.Job);

    public object Failed(FetchModel command, Problem problem) => new FetchFailed { ImportId = command.ImportId, Problem = problem };

    public async Task<object> Run(FetchModel command, WorkContext context, CancellationToken ct)
    {
        ImportRules.Check(command.Name, command.Tier, command.Source);
        var (directory, use) = imports.Enter(command.ImportId);
        using var inUse = use;
        try
        {
            var (folder, origin) = await Bring(command.Source, directory, context, ct);
            var length = ImportedFolder.ContextLength(folder, command.Source.Variant);
            await context.Progress("store", 0, null, "files", ct: ct);
            var stored = await folders.Pack(folder, ct);
            Directory.Delete(directory, recursive: true);
            return new ModelFetched
            {
                ImportId = command.ImportId,
                Model = new ModelRef { Name = command.Name, Folder = stored, Tier = command.Tier, ContextLength = length },
                Origin = origin,
                Usage = context.Usage() with { StoredBytes = stored.Size },
            };
        }
        catch (ProblemException)
        {
            // The same order would be refused again; nothing that is here is worth going on from.
            Directory.Delete(directory, recursive: true);
            throw;
        }
    }

    async Task<(string Folder, string Origin)> Bring(ModelSource source, string directory, WorkContext context, CancellationToken ct)
    {
        using var http = source.Hub is null ? ImportHttp.ForAddresses(options.Value) : ImportHttp.ForHub(options.Value);
        var pull = new ModelPull(http, retries, options.Value, directory, (done, total) => context.Progress("download", done, total, "bytes", ct: ct));
        switch (source)
        {
            case { Hub: { } hub }:
                var client = new HubClient(http, options, retries);
                var commit = await Commit(client, hub, directory, ct);
                await pull.Choose(await client.Files(hub.Name, commit, hub.Subfolder, ct), source.Variant, ct);
                return (pull.Folder, hub.Subfolder is { } below ? $"{hub.Name}@{commit}/{below}" : $"{hub.Name}@{commit}");
            case { Directory: { } local }:
                await pull.Choose(LocalFiles.Of(local, roots), source.Variant, ct);
                return (pull.Folder, local);
            default:
                var root = source.Url!.Base.AbsoluteUri is var address && address.EndsWith('/') ? source.Url.Base : new Uri(address + "/");
                await pull.Bring([.. source.Url.Files.Select(file => new WantedFile(file.Path, new Uri(root, FilePaths.Escaped(file.Path))) { Sha256 = file.Sha256 })], ct);
                return (pull.Folder, root.AbsoluteUri);
        }
    }

    /// <summary>The commit this import began with: a branch that moves meanwhile must not mix two of them.</summary>
    static async Task<string> Commit(HubClient client, HubModel hub, string directory, CancellationToken ct)
    {
        var pinned = Path.Combine(directory, "commit");
        if (File.Exists(pinned))
            return await File.ReadAllTextAsync(pinned, ct);
        var commit = await client.Resolve(hub.Name, hub.Revision, ct);
        await File.WriteAllTextAsync(pinned + ".new", commit, ct);
        File.Move(pinned + ".new", pinned, overwrite: true);
        return commit;
    }
}
