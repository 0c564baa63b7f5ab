using System.Runtime.CompilerServices;
using Aigc.DataSupply.Extractors;
using Aigc.ServiceDefaults;
using Aigc.ServiceDefaults.Files;
using Microsoft.Extensions.FileSystemGlobbing;

namespace Aigc.DataSupply.Sources;

/// <summary>
/// Files of a folder. Links to files are followed while they stay inside; links that lead out, and links to folders (which may lead in circles),
/// are left out and counted.
/// </summary>
internal sealed class FolderSource(string root, string name, IReadOnlyList<string> include, IReadOnlyList<string> exclude) : ISource
{
    public async IAsyncEnumerable<SourceFile> List(SkipCounts skips, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        var wanted = Matcher();
        var folders = new Stack<string>([root]);
        while (folders.TryPop(out var folder))
        {
            foreach (var entry in Entries(folder, skips))
            {
                ct.ThrowIfCancellationRequested();
                if (entry is DirectoryInfo && entry.LinkTarget is null)
                {
                    folders.Push(entry.FullName);
                }
                else if (entry is DirectoryInfo)
                {
                    skips.Add("link-to-folder");
                }
                else if (Take((FileInfo)entry, wanted, skips) is { } file)
                {
                    yield return file;
                }
            }
        }
    }

    private SourceFile? Take(FileInfo file, Matcher wanted, SkipCounts skips)
    {
        var relative = Path.GetRelativePath(root, file.FullName).Replace('\\', '/');
        if (!wanted.Match(relative).HasMatches)
        {
            return null;
        }

        if (file.LinkTarget is not null)
        {
            if (TargetInside(file) is not { } target)
            {
                skips.Add("link-outside");
                return null;
            }

            file = target;
        }

        var path = file.FullName;
        return new($"{name}/{relative}", relative, file.Length, _ => Task.FromResult<Stream>(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan | FileOptions.Asynchronous)));
    }

    private static IEnumerable<FileSystemInfo> Entries(string folder, SkipCounts skips)
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            skips.Add("unreadable");
            return [];
        }
    }

    private Matcher Matcher()
    {
        var matcher = new Matcher(StringComparison.OrdinalIgnoreCase);
        matcher.AddIncludePatterns(include.Count > 0 ? include : ["**/*"]);
        matcher.AddExcludePatterns(exclude);
        return matcher;
    }

    private FileInfo? TargetInside(FileInfo link)
    {
        try
        {
            var target = FileRoots.Resolved(link.FullName);
            return FileRoots.IsWithin(root, target) && File.Exists(target) ? new FileInfo(target) : null;
        }
        catch (ProblemException)
        {
            // It leads in a circle.
            return null;
        }
    }
}
