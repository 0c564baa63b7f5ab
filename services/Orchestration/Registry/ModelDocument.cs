using Aigc.Contracts.ModelTraining;
using Aigc.Contracts.Orchestration;
using Aigc.Storage.Artifacts;
using Aigc.Storage.Documents;

namespace Aigc.Orchestration.Registry;

/// <summary>A version of a model: one digest under one name of one tenant. Erased, it stays as what is left of it.</summary>
internal sealed class ModelDocument : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public required string Name { get; init; }

    public required string Digest { get; init; }

    public required DateTimeOffset At { get; set; }

    public required RegisteredModel Entry { get; set; }

    /// <summary>Runs whose registration was heard: told again, it says nothing new.</summary>
    public List<Guid> Runs { get; set; } = [];

    /// <summary>Digests of its folders' files; null for one that was registered before they were kept here.</summary>
    public IReadOnlyList<string>? Files { get; set; }

    /// <summary>When it was erased.</summary>
    public DateTimeOffset? ErasedAt { get; set; }

    /// <summary>Since when its files wait to be deleted; null when none do.</summary>
    public DateTimeOffset? DeletingSince { get; set; }

    public static string IdOf(string tenant, ModelRef model) => IdOf(tenant, model.Name, ModelVersions.DigestOf(model));

    public static string IdOf(string tenant, string name, string digest) => Storage.Artifacts.Digest.OfParts(tenant, name, digest);
}

/// <summary>What a model's folders are made of.</summary>
internal static class ModelFiles
{
    /// <summary>The folders of a model: its own, and its adapter's.</summary>
    public static IEnumerable<Contracts.ArtifactRef> Folders(this ModelRef model) => model.Adapter is { } adapter ? [model.Folder, adapter] : [model.Folder];

    /// <summary>Digests of the files; those of a folder that is stored no more are not known.</summary>
    public static async Task<IReadOnlyList<string>> Files(this ArtifactFolders folders, ModelRef model, CancellationToken ct)
    {
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (var folder in model.Folders())
        {
            try
            {
                files.UnionWith((await folders.List(folder, ct)).Select(file => file.Digest));
            }
            catch (ArtifactMissingException)
            {
                // Erased before: there is nothing left to name.
            }
        }

        return [.. files];
    }
}
