namespace Aigc.Gateway.Keys;

/// <summary>The file of the first key: written whole, readable by its owner alone.</summary>
internal sealed class FirstKeyFile(string dataRoot)
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetFullPath(dataRoot), "api-key");

    public string? Read() => File.Exists(Path) && File.ReadAllText(Path).Trim() is var text && KeySecret.IsWellFormed(text) ? text : null;

    /// <summary>The secret that is filed already, or this one once it is filed. Of two processes that start at once, one wins.</summary>
    public string ReadOrWrite(string secret)
    {
        if (Read() is { } kept)
        {
            return kept;
        }

        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        var incoming = $"{Path}.{System.IO.Path.GetRandomFileName()}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(incoming, options))
        {
            writer.Write(secret + "\n");
        }

        try
        {
            File.Move(incoming, Path, overwrite: false);
            return secret;
        }
        catch (IOException) when (Read() is not null)
        {
            File.Delete(incoming);
            return Read()!;
        }
    }
}
