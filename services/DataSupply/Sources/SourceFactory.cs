using System.Globalization;
using Aigc.Contracts.DataSupply;
using Aigc.DataSupply.Recipes;
using Aigc.DataSupply.Uploads;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Files;
using Aigc.Storage.Artifacts;

namespace Aigc.DataSupply.Sources;

/// <summary>Makes sources of what a build names, and refuses what it may not name.</summary>
internal sealed class SourceFactory(FileRoots roots, IArtifactStore artifacts, UploadDesk uploads, GuardedHttp http)
{
    private const int DefaultPerFamily = 30;

    // A family's rows lie in memory while they are made.
    private const int MostPerFamily = 1000;

    /// <summary>The source a build names.</summary>
    /// <param name="source">What the build says.</param>
    /// <param name="index">Its place in the list, for errors and for telling folders of one name apart.</param>
    /// <param name="tenant">Whose build it is; uploads of others are not there.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="ProblemException">The kind is unknown, something is missing, or a path or address is not allowed.</exception>
    public async Task<ISource> Create(DataSource source, int index, string tenant, CancellationToken ct)
    {
        var param = string.Create(CultureInfo.InvariantCulture, $"data.sources[{index}]");
        switch (source.Kind)
        {
            case "directory":
                return Folder(source, index, param);
            case "file":
                return File(source, param);
            case "http":
                return Pages(source, param);
            case "upload":
                return await Uploaded(source, param, tenant, ct);
            case "dotnet-reference":
                var (packs, include) = DotnetReference.Find();
                return new FolderSource(FileRoots.Resolved(packs), "dotnet-reference", source.Include.Count > 0 ? source.Include : include, source.Exclude);
            case "recipe":
                return Made(source, param);
            default:
                throw new ProblemException(
                    "unknown_source_kind",
                    $"There is no source kind \"{source.Kind}\"; use directory, file, http, upload, dotnet-reference or recipe.",
                    param + ".kind");
        }
    }

    private FolderSource Folder(DataSource source, int index, string param)
    {
        var path = roots.Check(source.Path ?? "", param + ".path");
        if (!Directory.Exists(path))
        {
            throw new ProblemException("source_not_found", $"There is no folder '{source.Path}'.", param + ".path");
        }

        var name = Path.GetFileName(path.TrimEnd(Path.DirectorySeparatorChar));
        return new(path, index == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{index}-{name}"), source.Include, source.Exclude);
    }

    private SingleSource File(DataSource source, string param)
    {
        var path = roots.Check(source.Path ?? "", param + ".path");
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new ProblemException("source_not_found", $"There is no file '{source.Path}'.", param + ".path");
        }

        return new(new(file.Name, file.Name, file.Length, _ => Task.FromResult<Stream>(file.OpenRead())));
    }

    private HttpSource Pages(DataSource source, string param)
    {
        if (source.Urls.Count == 0)
        {
            throw new ProblemException("source_incomplete", "A source of kind http needs urls.", param + ".urls");
        }

        foreach (var page in source.Urls)
        {
            GuardedHttp.CheckScheme(page);
        }

        return new(http, source.Urls);
    }

    private static RecipeSource Made(DataSource source, string param)
    {
        if (Recipe.Find(source.Recipe ?? "") is not { } recipe)
        {
            throw new ProblemException("unknown_recipe", $"There is no recipe \"{source.Recipe}\"; use one of: {string.Join(", ", Recipe.Names)}.", param + ".recipe");
        }

        return (source.PerFamily ?? DefaultPerFamily) is >= 1 and <= MostPerFamily and var perFamily
            ? new(recipe, source.Seed ?? 1, perFamily)
            : throw new ProblemException("out_of_range", $"perFamily is between 1 and {MostPerFamily}.", param + ".perFamily");
    }

    private async Task<SingleSource> Uploaded(DataSource source, string param, string tenant, CancellationToken ct)
    {
        if (source.Upload is not { } upload || source.FileName is not { Length: > 0 } name)
        {
            throw new ProblemException("source_incomplete", "A source of kind upload needs the uploaded artifact and its file name.", param + ".upload");
        }

        if (!await uploads.Owns(tenant, upload.Digest, ct) || !await artifacts.Exists(upload.Digest, ct))
        {
            throw new ProblemException("upload_not_found", "There is no such upload of yours; POST the file to /api/uploads.", param + ".upload");
        }

        // Only the last part: a name is never a path.
        var file = name.Split('/', '\\')[^1];
        return new(new("upload/" + upload.Digest[..16] + "/" + file, file, null, token => artifacts.Open(upload.Digest, token)));
    }
}
