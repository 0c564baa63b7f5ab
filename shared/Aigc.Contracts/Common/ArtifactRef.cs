namespace Aigc.Contracts;

/// <summary>
/// Claim check for bytes that stay off the bus: an immutable, content-addressed artifact. A folder (dataset version, model) is an
/// artifact too: its bytes are a manifest that names the digest of every file.
/// </summary>
public sealed record ArtifactRef
{
    /// <summary>Lower-case hexadecimal SHA-256 of the bytes, 64 characters. The identity; never used as a path without being checked.</summary>
    public required string Digest { get; init; }

    /// <summary>Length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>IANA media type, or <see cref="FolderMediaType"/> for a folder manifest.</summary>
    public required string MediaType { get; init; }

    /// <summary>Media type of a folder manifest.</summary>
    public const string FolderMediaType = "application/vnd.aigc.folder+json";
}
