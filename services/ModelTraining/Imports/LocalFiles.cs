using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Files;

namespace Aigc.ModelTraining.Imports;

/// <summary>
/// The files of a folder of this machine, as a source offers them. Links are followed while they stay within the folders the installation may use: the
/// cache of a hub's own tools holds nothing but links.
/// </summary>
internal static class LocalFiles
{
    // A model's folder has onnx/ and 1_Pooling/; what lies deeper is none of it.
    const int Depth = 2;
    const int Most = 20_000;

    /// <exception cref="ProblemException">The folder, or what a link leads to, is not one that may be read.</exception>
    public static IReadOnlyList<WantedFile> Of(string directory, FileRoots roots)
    {
        var root = roots.Check(directory, "source.directory");
        if (!Directory.Exists(root))
            throw new ProblemException("source_not_found", $"There is no folder '{directory}'.", "source.directory");
        var every = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = Depth, AttributesToSkip = 0 };
        var files = new List<WantedFile>();
        foreach (var path in Directory.EnumerateFiles(root, "*", every).Order(StringComparer.Ordinal))
        {
            if (files.Count == Most)
                throw new ProblemException("too_many_files", $"'{directory}' has more than {Most} files; name the folder of one model.", "source.directory");
            var file = new FileInfo(roots.Check(path, "source.directory"));
            // A link to nothing, a socket and the like are no files of a model.
            if (file.Exists)
                files.Add(new WantedFile(Path.GetRelativePath(root, path).Replace('\\', '/'), null) { Local = file.FullName, Size = file.Length });
        }

        return files;
    }
}
