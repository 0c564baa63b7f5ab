using System.Text.Json;
using Aigc.Models.Onnx;

namespace Aigc.Models.Folders;

/// <summary>Reading files of a folder that is not trusted, with errors that name the file.</summary>
internal static class FolderFiles
{
    // Configurations have a few kilobytes; a tokenizer is not read here.
    const long LargestConfiguration = 16 << 20;

    /// <summary>Full path of a folder that exists and has no links in it.</summary>
    /// <exception cref="ModelFolderException">Names the file and the reason.</exception>
    public static string Enter(string directory)
    {
        directory = Path.GetFullPath(directory);
        if (!Directory.Exists(directory))
            throw new ModelFolderException(".", "the folder does not exist");
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
                throw new ModelFolderException(Path.GetRelativePath(directory, entry.FullName), "links are not allowed");
        }

        return directory;
    }

    /// <summary>Reads a configuration; default where the folder has no such file.</summary>
    public static T? Optional<T>(string directory, string file, Func<JsonElement, T> read) =>
        File.Exists(Path.Combine(directory, file)) ? Json(directory, file, read) : default;

    /// <summary>Reads a configuration.</summary>
    /// <exception cref="ModelFolderException">Names the file and the reason.</exception>
    public static T Json<T>(string directory, string file, Func<JsonElement, T> read)
    {
        var path = Path.Combine(directory, file);
        if (!File.Exists(path))
            throw new ModelFolderException(file, "the file is missing");
        return Check(file, () =>
        {
            if (new FileInfo(path).Length > LargestConfiguration)
                throw new FormatException("it is too large for a configuration");
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return read(document.RootElement);
        });
    }

    /// <summary>Reads a graph's declarations and checks where its weights lie.</summary>
    /// <exception cref="ModelFolderException">Names the file and the reason.</exception>
    public static GraphFile ReadGraph(string directory, GraphVariant variant)
    {
        var path = Path.GetFullPath(Path.Combine(directory, variant.File));
        if (!path.StartsWith(directory + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new ModelFolderException(variant.File, "the graph lies outside of the folder");
        if (!File.Exists(path))
            throw new ModelFolderException(variant.File, "the file is missing");
        return Check(variant.File, () =>
        {
            var graph = OnnxFile.Read(path);
            var home = Path.GetDirectoryName(path)!;
            var weights = ExternalData.Check(home, graph).Sum(file => new FileInfo(Path.Combine(home, file)).Length);
            return new GraphFile(variant, path, graph, new FileInfo(path).Length + weights);
        });
    }

    /// <summary>Runs a reader and names the file when it fails.</summary>
    public static T Check<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FormatException or JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ModelFolderException(file, e.Message.TrimEnd('.'), e);
        }
    }
}
