using Aigc.Contracts;
using Aigc.Storage.Documents;

namespace Aigc.Application.Files;

/// <summary>A file of a tenant: a name and a purpose for bytes in the artifact store. Equal bytes of two tenants are two files.</summary>
internal sealed class StoredFile : IDocument
{
    /// <summary><c>file-</c> and an id that sorts by time.</summary>
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public required string FileName { get; init; }

    /// <summary>One of <see cref="FilePurpose"/>.</summary>
    public required string Purpose { get; init; }

    public required ArtifactRef Artifact { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it is not there any more; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
