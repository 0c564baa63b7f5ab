using System.Runtime.InteropServices;
using Aigc.ServiceDefaults;

namespace Aigc.DataSupply.Sources;

/// <summary>The reference documentation every .NET SDK carries: <c>packs/*.Ref/&lt;version&gt;/ref/net10.0/*.xml</c>, newest version of each pack.</summary>
internal static class DotnetReference
{
    private const string Framework = "net10.0";

    /// <summary>Folder of packs and the patterns of its documentation.</summary>
    /// <exception cref="ProblemException">No SDK with reference packs is found.</exception>
    public static (string Packs, IReadOnlyList<string> Include) Find() => FindIn(Roots());

    public static (string Packs, IReadOnlyList<string> Include) FindIn(IEnumerable<string> roots)
    {
        foreach (var root in roots)
        {
            var packs = Path.Combine(root, "packs");
            var include = Directory.Exists(packs) ? Patterns(packs) : [];
            if (include.Count > 0)
            {
                return (Path.GetFullPath(packs), include);
            }
        }

        throw new ProblemException(
            "sdk_not_found",
            "No .NET 10 SDK with reference packs (packs/*.Ref) is found beside the running .NET; install the SDK or set DOTNET_ROOT.",
            "data.sources.kind");
    }

    private static List<string> Patterns(string packs) =>
        [.. Directory.GetDirectories(packs, "*.Ref").Order(StringComparer.Ordinal).Select(Newest).OfType<string>().Select(folder => Path.GetRelativePath(packs, folder).Replace('\\', '/') + "/*.xml")];

    private static string? Newest(string pack) =>
        Directory.GetDirectories(pack)
            .Where(version => Directory.Exists(Path.Combine(version, "ref", Framework)))
            .OrderByDescending(version => Version.TryParse(Path.GetFileName(version).Split('-')[0], out var parsed) ? parsed : new Version())
            .Select(version => Path.Combine(version, "ref", Framework))
            .FirstOrDefault();

    private static IEnumerable<string> Roots()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root)
        {
            yield return root;
        }

        // <root>/shared/Microsoft.NETCore.App/<version>/
        yield return Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..");
        if (Path.GetDirectoryName(Environment.ProcessPath) is { } host)
        {
            yield return host;
        }
    }
}
