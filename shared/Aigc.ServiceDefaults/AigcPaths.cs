using Aigc.Storage;
using Microsoft.Extensions.Options;

namespace Aigc.ServiceDefaults;

/// <summary>Folders under the data root.</summary>
public sealed class AigcPaths(IOptions<StorageOptions> storage)
{
    /// <summary>Everything the platform keeps on this machine.</summary>
    public string DataRoot { get; } = Path.GetFullPath(storage.Value.DataRoot);

    /// <summary>A new, empty folder for work in progress; the caller deletes it.</summary>
    public string NewScratch() => Directory.CreateDirectory(Path.Combine(DataRoot, "scratch", Path.GetRandomFileName())).FullName;

    /// <summary>A folder for work that is taken up again after a crash, by the work's own id.</summary>
    public string WorkFolder(string kind, Guid id) => Directory.CreateDirectory(Path.Combine(DataRoot, "work", kind, id.ToString("N"))).FullName;

    /// <summary>Where people find a finished folder: <c>datasets/&lt;name&gt;</c>, <c>models/&lt;name&gt;</c>.</summary>
    public string Published(string kind, string name) => Path.Combine(DataRoot, kind, name);
}
