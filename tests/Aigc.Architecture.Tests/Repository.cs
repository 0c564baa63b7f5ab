using System.Reflection;
using System.Xml.Linq;

namespace Aigc.Architecture.Tests;

/// <summary>The repository's own files and assemblies, found from where the tests run.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["artifacts", "bin", "obj", "node_modules", ".git", "out"];

    public static string Root { get; } = FindRoot();

    /// <summary>The modules: every service but the host of all, and the trainer, which is a program and not a module.</summary>
    public static IReadOnlyList<string> Services { get; } =
        [.. Directory.GetDirectories(Path.Combine(Root, "services")).Select(path => Path.GetFileName(path)!).Except(["Standalone", "Trainer"]).Order(StringComparer.Ordinal)];

    public static Assembly Contracts => typeof(global::Aigc.Contracts.ArtifactRef).Assembly;

    public static Assembly AssemblyOf(string service) => Assembly.Load($"Aigc.{service}");

    public static IEnumerable<string> Files(string folder, string pattern) => Directory
        .EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
        .Where(path => !Relative(path).Split('/').Intersect(NotOurs).Any());

    public static IEnumerable<string> Projects(string folder) => Files(folder, "*.csproj");

    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>Projects whose assembly a project sees; one that is only built along is not seen.</summary>
    public static IEnumerable<string> References(string project) => XDocument.Load(project).Descendants("ProjectReference")
        .Where(reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
        .Select(reference => Relative(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, ((string)reference.Attribute("Include")!).Replace('\\', '/')))));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Aigc.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Aigc.sln is above none of the folders the tests run in.");
        }

        return folder.FullName;
    }
}
