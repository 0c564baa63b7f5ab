using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Aigc.ServiceDefaults.Files;

/// <summary>Section <c>Aigc:Leftovers</c>.</summary>
public sealed class LeftoverOptions
{
    /// <summary>
    /// Age from which something half-written is taken to be a dead process's. A day, since other processes may be writing; zero
    /// where a process has the data root to itself.
    /// </summary>
    public TimeSpan Age { get; set; } = TimeSpan.FromDays(1);
}

/// <summary>At the start, removes what killed processes left half-written. Everything finished was renamed out of these places.</summary>
internal sealed class Leftovers(AigcPaths paths, TimeProvider time, IOptions<LeftoverOptions> options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow().UtcDateTime - options.Value.Age;
        string[] places = ["artifacts/incoming", "scratch", "spool"];
        var found = places.SelectMany(place => Entries(Path.Combine(paths.DataRoot, place)))
            // A finished folder's name is its digest; one that is being placed has an ending.
            .Concat(Entries(Path.Combine(paths.DataRoot, "cache", "folders")).Where(entry => entry.Extension.Length > 0));
        foreach (var entry in found.Where(entry => entry.LastWriteTimeUtc <= before).ToArray())
        {
            Remove(entry);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static IEnumerable<FileSystemInfo> Entries(string folder) =>
        Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFileSystemInfos() : [];

    private static void Remove(FileSystemInfo entry)
    {
        try
        {
            if (entry is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
        catch (IOException)
        {
            // Another process that starts now was faster.
        }
    }
}
