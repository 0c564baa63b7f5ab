namespace Aigc.ModelTraining.Imports;

/// <summary>A file a source offers, and what is known of it before it is here.</summary>
/// <param name="Path">Place in the model's folder, with slashes.</param>
/// <param name="Address">Where its bytes are; null for a file of this machine.</param>
internal sealed record WantedFile(string Path, Uri? Address)
{
    /// <summary>Full path of a file of this machine.</summary>
    public string? Local { get; init; }

    /// <summary>Bytes; null where the source does not say.</summary>
    public long? Size { get; init; }

    /// <summary>SHA-256 of its bytes in lower-case hexadecimal, as hubs give it for large files.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Git's id of its bytes (SHA-1 over <c>blob {size}\0</c> and the bytes), as hubs give it for small ones.</summary>
    public string? BlobId { get; init; }

    /// <summary>Whether bytes that are not the file's are noticed.</summary>
    public bool HasDigest => Sha256 is not null || (BlobId is not null && Size is not null);
}
