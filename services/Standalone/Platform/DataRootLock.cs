using System.Text.Json;

namespace Aigc.Standalone.Platform;

/// <summary>
/// One platform on one data folder: the lock is a file the operating system frees with its process, so no crash leaves it behind.
/// Beside it stands where the holder serves, for commands that would rather use it than start another.
/// </summary>
internal sealed class DataRootLock : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _addressFile;

    private DataRootLock(FileStream held, string addressFile) => (_lock, _addressFile) = (held, addressFile);

    /// <summary>The lock, or null when another process holds it.</summary>
    public static DataRootLock? TryTake(string dataRoot)
    {
        Directory.CreateDirectory(dataRoot);
        try
        {
            var held = new FileStream(Path.Combine(dataRoot, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            // A killed holder's: nobody serves there any more, and whoever does now must not be sent a key.
            File.Delete(AddressFile(dataRoot));
            return new DataRootLock(held, AddressFile(dataRoot));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Where the holder of the lock serves.</summary>
    public static Uri? AddressOfHolder(string dataRoot)
    {
        try
        {
            return JsonSerializer.Deserialize<Uri>(File.ReadAllText(AddressFile(dataRoot)));
        }
        catch (Exception absent) when (absent is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Tells others where this process serves.</summary>
    public void ServesAt(Uri address) => File.WriteAllText(_addressFile, JsonSerializer.Serialize(address));

    public void Dispose()
    {
        File.Delete(_addressFile);
        _lock.Dispose();
    }

    private static string AddressFile(string dataRoot) => Path.Combine(dataRoot, "address.json");
}
