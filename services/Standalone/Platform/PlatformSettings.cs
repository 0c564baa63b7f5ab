using Aigc.Storage;

namespace Aigc.Standalone.Platform;

/// <summary>What differs between serving and running one chain.</summary>
internal sealed record PlatformSettings
{
    /// <summary>Address of the door.</summary>
    public required string Url { get; init; }

    /// <summary>Folder of everything the platform keeps.</summary>
    public required string DataRoot { get; init; }

    /// <summary>Folders chains may use; empty for the default (the current directory and the data folder).</summary>
    public IReadOnlyList<string> FileRoots { get; init; } = [];

    /// <summary>Whether the log goes to the terminal.</summary>
    public bool Log { get; init; }

    /// <summary>The data folder of this machine's settings: <c>Aigc__DataRoot</c>, or <c>~/.aigc</c>.</summary>
    public static string DefaultDataRoot() =>
        Path.GetFullPath(Environment.GetEnvironmentVariable("Aigc__DataRoot") is { Length: > 0 } set ? set : new StorageOptions().DataRoot);
}
