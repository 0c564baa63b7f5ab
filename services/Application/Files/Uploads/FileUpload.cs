using Aigc.Contracts;
using Aigc.Storage.Documents;

namespace Aigc.Application.Files.Uploads;

/// <summary>Life of an upload.</summary>
internal enum UploadStatus
{
    Pending,
    Completed,
    Cancelled,
    Expired,
}

/// <summary>A file that comes in parts.</summary>
internal sealed class FileUpload : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string Tenant { get; init; }

    public required string FileName { get; init; }

    public required string Purpose { get; init; }

    /// <summary>How many bytes the client says there will be.</summary>
    public required long Bytes { get; init; }

    /// <summary>How long the file lives; null for what its purpose says.</summary>
    public TimeSpan? Life { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public UploadStatus Status { get; set; }

    /// <summary>Bytes of all parts that came, those included that will not be used.</summary>
    public long Received { get; set; }

    /// <summary>When the sweep looks at it: at its expiry, while it is pending.</summary>
    public DateTimeOffset? Due { get; set; }

    /// <summary>Id of the file it becomes: made of its own, so that an upload becomes one file however often it is completed.</summary>
    public string FileId => "file-" + Id[(Id.IndexOf('_', StringComparison.Ordinal) + 1)..];
}

/// <summary>A part of an upload.</summary>
internal sealed class UploadPart : IDocument
{
    public required string Id { get; init; }

    public int Version { get; set; }

    public required string UploadId { get; init; }

    public required ArtifactRef Artifact { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on nobody can ask for it.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
