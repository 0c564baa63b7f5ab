using System.Text.Json;
using Aigc.Models.Folders;
using Aigc.Models.Onnx;
using Aigc.ServiceDefaults;

namespace Aigc.ModelTraining.Imports;

/// <summary>How far a pull is.</summary>
/// <param name="done">Bytes that are here.</param>
/// <param name="total">Bytes in all; null where the source does not say.</param>
internal delegate ValueTask PullProgress(long done, long? total);

/// <summary>
/// Brings the files of one model here. In its directory, <c>files</c> is the folder and holds whole, checked files only; <c>parts</c> holds what is still
/// growing. Run again on the same directory it goes on where it stopped.
/// </summary>
internal sealed class ModelPull(ImportHttp http, Retries retries, ImportOptions options, string directory, PullProgress told)
{
    readonly FileDownload download = new(http, retries);

    // Without regard to case: the folder shall mean the same on every machine.
    readonly Dictionary<string, WantedFile> taken = new(StringComparer.OrdinalIgnoreCase);
    long done;

    /// <summary>The folder.</summary>
    public string Folder { get; } = Path.Combine(directory, "files");

    /// <summary>Chooses the model's files among those a source offers, and brings them.</summary>
    /// <param name="variant">Which graph; null for the one the folder's own configuration names, else the one a processor serves best.</param>
    /// <exception cref="ProblemException">The source has no such model, or not the files it promised.</exception>
    public async Task Choose(IReadOnlyList<WantedFile> offered, string? variant, CancellationToken ct)
    {
        var configurations = FileChoice.Configurations(offered).ToList();
        var genAi = configurations.Find(file => file.Path == GenAiConfig.FileName);
        string? named = null;
        if (genAi is not null && variant is null)
        {
            // It says which graph, so it has to be here before the others are chosen.
            await Bring([genAi], ct);
            named = Read(GenAiConfig.FileName, path => GenAiConfig.Read(Parsed(path))).Graph;
        }
        else if (genAi is not null)
        {
            // It names its own graph; whoever asked for another would be served by the wrong names.
            configurations.Remove(genAi);
        }

        var graph = FileChoice.Graph(offered, variant, named);
        await Bring([.. configurations, .. graph], ct);
        await Bring(Weights(offered, graph[0].Path), ct);
    }

    /// <summary>Brings all of these files.</summary>
    /// <exception cref="ProblemException">There are too many, or they are not what was promised.</exception>
    public async Task Bring(IReadOnlyList<WantedFile> files, CancellationToken ct)
    {
        var open = files.Where(Take).ToList();
        var total = Total();
        if (total - done > new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace)
            throw new ProblemException("disk_full", $"The model has {total} bytes, more than the disk of this machine has free.");
        foreach (var file in open)
        {
            var (before, target) = (done, Path.Combine(Folder, file.Path));
            if (file.Local is { } local)
                await Copy(file.Path, local, target, ct);
            else
                await download.Run(file, target, Path.Combine(directory, "parts", file.Path + ".part"), options.MaxBytes - before, have => told(done = before + have, total), ct);
            done = before + new FileInfo(target).Length;
            await told(done, total);
        }
    }

    bool Take(WantedFile file)
    {
        if (taken.TryGetValue(file.Path, out var same) && same.Path == file.Path)
            return false;
        if (!taken.TryAdd(file.Path, file) || taken.Keys.Any(other => Holds(other, file.Path) || Holds(file.Path, other)))
            throw new ProblemException("path_not_allowed", $"The source has two files in the place of {file.Path}.", "source");
        if (taken.Count > options.MaxFiles)
            throw new ProblemException("too_many_files", $"The model has more than {options.MaxFiles} files; an operator allows more with Aigc:Imports:MaxFiles.", "source");
        // Added up so that a source's figures cannot run over.
        if (taken.Values.Aggregate(0L, (sum, each) => Math.Min(sum, options.MaxBytes) + Math.Min(each.Size ?? 0, options.MaxBytes)) > options.MaxBytes)
            throw new ProblemException("model_too_large", $"The model has more than {options.MaxBytes} bytes; an operator allows more with Aigc:Imports:MaxBytes.", "source");
        return true;
    }

    long? Total() => taken.Values.All(file => file.Size is not null) ? taken.Values.Sum(file => file.Size) : null;

    async Task Copy(string path, string local, string target, CancellationToken ct)
    {
        var part = Path.Combine(directory, "parts", path + ".part");
        Directory.CreateDirectory(Path.GetDirectoryName(part)!);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        await using (var from = Open(local))
        {
            await using var to = new FileStream(part, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
            await from.CopyToAsync(to, ct);
        }

        File.Move(part, target, overwrite: true);
    }

    static FileStream Open(string local)
    {
        try
        {
            return new FileStream(local, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new ProblemException("source_refused", $"'{local}' may not be read by this process.", "source.directory", error);
        }
    }

    /// <summary>Weights whose names do not follow the graph's; only the graph knows them.</summary>
    List<WantedFile> Weights(IReadOnlyList<WantedFile> offered, string graph)
    {
        var locations = Read(graph, OnnxFile.Read).Externals.Select(tensor => tensor.Location).ToHashSet(StringComparer.Ordinal);
        var home = graph.Contains('/', StringComparison.Ordinal) ? graph[..(graph.LastIndexOf('/') + 1)] : "";
        return [.. offered.Where(file => file.Path.StartsWith(home, StringComparison.Ordinal) && locations.Contains(file.Path[home.Length..]))];
    }

    T Read<T>(string file, Func<string, T> read)
    {
        try
        {
            return read(Path.Combine(Folder, file));
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            throw new ProblemException("model_folder_invalid", $"{file}: {error.Message.TrimEnd('.')}.", "source", error);
        }
    }

    static JsonElement Parsed(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    static bool Holds(string folder, string path) => path.Length > folder.Length && path[folder.Length] == '/' && path.StartsWith(folder, StringComparison.OrdinalIgnoreCase);
}
