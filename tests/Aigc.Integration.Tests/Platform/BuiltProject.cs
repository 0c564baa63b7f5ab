using System.Reflection;

namespace Aigc.Integration.Tests.Platform;

/// <summary>Where a build has put a project's program.</summary>
internal static class BuiltProject
{
    /// <summary>Folder of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Path of a service's program, built in the same configuration as these tests.</summary>
    public static string Program(string project) =>
        Path.Combine(Root, "artifacts", "bin", project, Configuration, project + ".dll");

    private static string Configuration =>
        typeof(BuiltProject).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration.ToLowerInvariant();

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Aigc.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("These tests run from a build of the repository.");
    }
}
