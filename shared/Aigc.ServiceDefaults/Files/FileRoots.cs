using Microsoft.Extensions.Configuration;

namespace Aigc.ServiceDefaults.Files;

/// <summary>
/// Which folders of the machine a chain may read from and publish to: setting <c>Aigc:Files:Roots</c> (a list). Without it, the
/// current directory and <c>files</c> under the data root. What the platform itself keeps is never among them: a key that may start
/// chains must not become a key to the whole disk, nor to what others made.
/// </summary>
public sealed class FileRoots
{
    private const int MostLinks = 40;

    private static readonly string[] Internal = ["artifacts", "cache", "scratch", "spool", "work"];

    private readonly string[] _roots;
    private readonly string[] _internal;

    /// <summary>Reads the setting.</summary>
    public FileRoots(IConfiguration configuration, AigcPaths paths)
    {
        var configured = configuration.GetSection("Aigc:Files:Roots").Get<string[]>() ?? [];
        _roots = [.. (configured.Length > 0 ? configured : [Directory.GetCurrentDirectory(), Path.Combine(paths.DataRoot, "files")]).Select(Resolved)];
        _internal = [.. Internal.Select(name => Resolved(Path.Combine(paths.DataRoot, name)))];
    }

    /// <summary>The absolute form of an allowed path, links followed.</summary>
    /// <exception cref="ProblemException"><c>path_not_allowed</c>, or <c>path_not_absolute</c>.</exception>
    public string Check(string path, string param)
    {
        if (!Path.IsPathFullyQualified(path))
        {
            throw new ProblemException("path_not_absolute", $"'{path}' is not an absolute path.", param);
        }

        var resolved = Resolved(path);
        return Array.Exists(_roots, root => IsWithin(root, resolved)) && !Array.Exists(_internal, kept => IsWithin(kept, resolved))
            ? resolved
            : throw new ProblemException(
                "path_not_allowed",
                $"'{path}' lies outside the folders this installation may use; add its folder to Aigc:Files:Roots.",
                param);
    }

    /// <summary>Whether a path is the root or lies under it. Both must be resolved.</summary>
    public static bool IsWithin(string root, string path) =>
        path == root || path.StartsWith(root.EndsWith(Path.DirectorySeparatorChar) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>Follows links of every existing part of a path: a link inside a root must not lead out of it.</summary>
    public static string Resolved(string path) => Follow(path, MostLinks);

    private static string Follow(string path, int links)
    {
        var full = Path.GetFullPath(path);
        var resolved = Path.GetPathRoot(full)!;
        foreach (var part in full[resolved.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(resolved, part);
            var target = Directory.Exists(next) ? Directory.ResolveLinkTarget(next, false)
                : File.Exists(next) ? File.ResolveLinkTarget(next, false)
                : null;
            // Resolved again: what a link points to may itself lie behind one.
            resolved = target is null ? next
                : links > 0 ? Follow(target.FullName, links - 1)
                : throw new ProblemException("path_not_allowed", $"'{path}' leads through too many links.");
        }

        return resolved;
    }
}
