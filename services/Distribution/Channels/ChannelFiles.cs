using Aigc.ServiceDefaults;

namespace Aigc.Distribution.Channels;

/// <summary>Files of channels: written whole or not at all.</summary>
internal static class ChannelFiles
{
    private const string Suffix = ".aigc-tmp";

    /// <summary>Writes through a temporary file in the same folder and renames it, so that a reader never sees half a file.</summary>
    /// <exception cref="ProblemException"><c>channel_not_writable</c>.</exception>
    public static async Task Write(string path, byte[] content, CancellationToken ct)
    {
        var incoming = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetRandomFileName()}{Suffix}");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await using (var file = new FileStream(incoming, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 12, FileOptions.Asynchronous))
            {
                await file.WriteAsync(content, ct);
                file.Flush(flushToDisk: true);
            }

            File.Move(incoming, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ProblemException("channel_not_writable", $"'{path}' cannot be written: {e.Message}", "channel.path", e);
        }
        finally
        {
            TryDelete(incoming);
        }
    }

    /// <summary>The bytes, or null when there is no such file.</summary>
    public static async Task<byte[]?> Read(string path, CancellationToken ct)
    {
        try
        {
            return await File.ReadAllBytesAsync(path, ct);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException("channel_not_writable", $"'{path}' cannot be read again: {e.Message}", "channel.path", e);
        }
    }

    public static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone with its folder.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException("channel_not_writable", $"'{path}' cannot be removed: {e.Message}", "channel.path", e);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The write has failed already, and that is what is told.
        }
    }
}
