using System.Collections.Concurrent;
using Aigc.ServiceDefaults;

namespace Aigc.ModelTraining.Imports;

/// <summary>What is here of imports that are not finished: a folder for each, <c>work/imports/&lt;import&gt;</c>.</summary>
internal sealed class ImportFolders(AigcPaths paths)
{
    const string Kind = "imports";

    readonly ConcurrentDictionary<Guid, int> inUse = new();

    /// <summary>Whether this process works in the folder of an import.</summary>
    public bool IsInUse(Guid import) => inUse.ContainsKey(import);

    /// <summary>Makes the folder of an import, or finds what is there of it, and keeps it until it is left.</summary>
    public (string Directory, IDisposable Use) Enter(Guid import)
    {
        inUse.AddOrUpdate(import, 1, static (_, users) => users + 1);
        return (paths.WorkFolder(Kind, import), new Use(() =>
        {
            // Taken away as the last one only, whoever enters meanwhile.
            while (inUse.TryGetValue(import, out var users) && !(users == 1 ? inUse.TryRemove(new(import, 1)) : inUse.TryUpdate(import, users - 1, users)))
            {
            }
        }));
    }

    /// <summary>The imports that have a folder here.</summary>
    public IReadOnlyList<(Guid Import, string Directory)> All()
    {
        var place = Path.Combine(paths.DataRoot, "work", Kind);
        return !Directory.Exists(place)
            ? []
            : [.. Directory.EnumerateDirectories(place).Select(folder => (Guid.TryParseExact(Path.GetFileName(folder), "N", out var import) ? import : Guid.Empty, folder)).Where(entry => entry.Item1 != Guid.Empty)];
    }

    sealed class Use(Action leave) : IDisposable
    {
        Action? left = leave;

        public void Dispose() => Interlocked.Exchange(ref left, null)?.Invoke();
    }
}
